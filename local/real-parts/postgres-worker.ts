/** PostgreSQL in a thread of its own: PGlite, which has one session and does one statement at a time. */
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import type { PostgresAnswer, PostgresQuestion } from "./postgres.ts";

/** Object ids of PostgreSQL's own types lie below; values are wanted as PostgreSQL writes them. */
const OWN_TYPES = 10_000;
const asText = (value: string): string => value;
const parsers = Object.fromEntries(Array.from({ length: OWN_TYPES }, (_, oid) => [oid, asText]));

const postgres = await PGlite.create({ dataDir: String(workerData) });
parentPort?.postMessage({ id: 0 } satisfies PostgresAnswer);
parentPort?.on("message", async (question: PostgresQuestion) => {
  parentPort?.postMessage(await answer(question));
});

async function answer({ id, sql, parameters, types }: PostgresQuestion): Promise<PostgresAnswer> {
  try {
    const {
      rows,
      fields,
      affectedRows = 0,
    } = await postgres.query<(string | null)[]>(sql, [...parameters], {
      rowMode: "array",
      parsers,
      paramTypes: [...types],
      // Values come as text already, in the form that PostgreSQL reads.
      serializers: Object.fromEntries(types.map((oid) => [oid, String])),
    });
    return { id, result: { rows, fields, affectedRows } };
  } catch (error) {
    const { message, code, position } = error as { message: string; code?: string; position?: string };
    return { id, error: { message, code: code ?? "XX000", position } };
  }
}
