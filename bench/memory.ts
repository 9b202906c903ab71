/** Memory of an idle program: the Node.js processes, and the JVM of DynamoDB Local apart. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark } from "./support/benchmark.ts";
import { processesOf } from "./support/memory.ts";
import { copyProgram } from "./support/program-copy.ts";
import { startProgram } from "./support/running-program.ts";

/** Until what the start left behind is collected, and databases that nobody uses have ended. */
const IDLE_MILLISECONDS = 60_000;
export const memory: Benchmark = {
  title: "Memory",
  method: `Resident memory, read from /proc (Linux), of the process and all below it, ${IDLE_MILLISECONDS / 1000} s after Ready without a request.`,
  async run(progress) {
    const copy = copyProgram();
    try {
      const program = await startProgram(copy.folder);
      try {
        progress(`waits ${IDLE_MILLISECONDS / 1000} s`);
        await sleep(IDLE_MILLISECONDS);
        const all = processesOf(program.pid);
        const total = (isOf: (name: string) => boolean) =>
          all.filter(({ name }) => isOf(name)).reduce((sum, { megabytes }) => sum + megabytes, 0);
        return [
          { name: "Node.js", unit: "MB", value: total((name) => name === "node"), target: "≤ 400" },
          { name: "JVM of DynamoDB Local", unit: "MB", value: total((name) => name === "java") },
          {
            name: "others (esbuild)",
            unit: "MB",
            value: total((name) => name !== "node" && name !== "java"),
          },
        ];
      } finally {
        await program.stop();
      }
    } finally {
      copy.remove();
    }
  },
};
