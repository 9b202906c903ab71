/** Requests through API Gateway to a function that only says hello: what the local cloud itself costs. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark } from "./support/benchmark.ts";
import { load } from "./support/load.ts";
import { copyProgram } from "./support/program-copy.ts";
import { startProgram } from "./support/running-program.ts";
import { figureOf } from "./support/statistics.ts";

const CONNECTIONS = 20;
const RUNS = 5;
const RUN_MILLISECONDS = 4_000;

export const gateway: Benchmark = {
  title: "Gateway",
  method: `The program bench/hello: POST /hello with an API key and a body checked against a schema, ${CONNECTIONS} connections, ${RUNS} runs of ${RUN_MILLISECONDS / 1000} s after one that is not counted. The client runs on the same machine.`,
  async run(progress) {
    const copy = copyProgram();
    try {
      cpSync(join(import.meta.dirname, "hello"), join(copy.folder, "hello"), { recursive: true });
      const program = await startProgram(copy.folder, "--cwd", "hello");
      try {
        const { url = "", apiKey = "" } = program.ready.outputs;
        const headers = { "x-api-key": apiKey, "content-type": "application/json" };
        const request = { url, method: "POST", headers, body: JSON.stringify({ name: "Ana" }) };
        const values: number[] = [];
        for (let run = 0; run <= RUNS; run++) {
          progress(run === 0 ? "warms up" : `run ${run} of ${RUNS}`);
          const rate = await load({ ...request, connections: CONNECTIONS, milliseconds: RUN_MILLISECONDS });
          if (run > 0) values.push(rate);
        }
        return [figureOf("POST /hello", "requests/s", values, "≥ 15000")];
      } finally {
        await program.stop();
      }
    } finally {
      copy.remove();
    }
  },
};
