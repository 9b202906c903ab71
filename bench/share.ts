/** `POST /tasks` in full, against what DynamoDB Local alone does for the same transaction through the SDK. */
import { appendFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type Table, transact } from "../handlers/shared/dynamo.ts";
import { newId } from "../handlers/shared/ids.ts";
import { newTaskItem, withDefaults } from "../handlers/tasks/task.ts";
import { creation } from "../handlers/tasks/task-store.ts";
import { resourcesOf } from "../local/core/graph.ts";
import { deployedProgram } from "./functions/deployed.ts";
import { CountingDynamo } from "./functions/dynamo-local.ts";
import type { Benchmark } from "./support/benchmark.ts";
import { load } from "./support/load.ts";
import { copyProgram } from "./support/program-copy.ts";
import { startProgram } from "./support/running-program.ts";
import { figureOf } from "./support/statistics.ts";

const ROOT = resolve(import.meta.dirname, "..");
const CONNECTIONS = 20;
const RUNS = 6;
const RUN_MILLISECONDS = 4_000;
const TITLE = "Call the painter";

export const share: Benchmark = {
  title: "Share of DynamoDB Local",
  method: `POST /tasks through API Gateway (key, throttling, validation, IAM, function, transaction, stream, topic, queue, classification) and the same transaction through the SDK to a DynamoDB Local of its own, ${CONNECTIONS} at once, in turn, ${RUNS} runs of ${RUN_MILLISECONDS / 1000} s after one that is not counted.`,
  async run(progress) {
    const copy = copyProgram();
    appendFileSync(
      join(copy.folder, "local-cloud.yaml"),
      "\n  andamio:tasks.ratePerSecond: 10000\n  andamio:tasks.burst: 5000\n",
    );
    const alone = await startAlone();
    try {
      const program = await startProgram(copy.folder);
      try {
        const { tasksApiUrl = "", tasksApiKey = "" } = program.ready.outputs;
        const request = {
          url: `${tasksApiUrl}/tasks`,
          method: "POST",
          headers: { "x-api-key": tasksApiKey, "content-type": "application/json" },
          body: JSON.stringify({ title: TITLE }),
          connections: CONNECTIONS,
          milliseconds: RUN_MILLISECONDS,
        };
        const inFull: number[] = [];
        const transactions: number[] = [];
        for (let run = 0; run <= RUNS; run++) {
          progress(run === 0 ? "warms up" : `run ${run} of ${RUNS}`);
          const [whole, part] = [await load(request), await alone.transactionsPerSecond()];
          if (run === 0) continue;
          inFull.push(whole);
          transactions.push(part);
        }
        const shares = inFull.map((rate, index) => (rate / (transactions[index] ?? 0)) * 100);
        return [
          figureOf("POST /tasks, of DynamoDB Local alone", "%", shares, "≥ 60"),
          figureOf("POST /tasks", "requests/s", inFull),
          figureOf("the transaction alone", "requests/s", transactions),
        ];
      } finally {
        await program.stop();
      }
    } finally {
      await alone.stop();
      copy.remove();
    }
  },
};

/** A DynamoDB Local with the table of tasks, its stream on, which nobody reads. */
async function startAlone() {
  const { graph } = await deployedProgram(ROOT, "http://127.0.0.1:9");
  const dynamo = await CountingDynamo.start(graph, ["one"]);
  const endpoint = dynamo.url;
  const credentials = { accessKeyId: "one", secretAccessKey: "secret" };
  const client = new DynamoDBClient({ region: "local", endpoint, credentials });
  const [first] = resourcesOf(graph, "aws:dynamodb/table:Table").filter(({ name }) => name === "tasks-table");
  const table = { client: DynamoDBDocumentClient.from(client), name: first?.id ?? "" };
  return {
    transactionsPerSecond: () => transactionsPerSecond(table),
    stop: () => {
      client.destroy();
      return dynamo.stop();
    },
  };
}

async function transactionsPerSecond(table: Table): Promise<number> {
  const begin = performance.now();
  let done = 0;
  const work = async () => {
    while (performance.now() - begin < RUN_MILLISECONDS) {
      const now = new Date();
      const fields = withDefaults({ title: TITLE });
      const item = newTaskItem(newId(now), fields, { source: "api", correlationId: "bench" }, now);
      await transact(table, [creation(table, item)]);
      done++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return (done / (performance.now() - begin)) * 1000;
}
