/**
 * PostgreSQL in a process of its own, whose memory is free again when it ends: PGlite, which has one session and does one
 * statement at a time. Its argument is the folder of the data; questions and answers come over the channel to the parent.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import type { PostgresAnswer, PostgresQuestion } from "./postgres.ts";

/** Object ids of PostgreSQL's own types lie below. */
const OWN_TYPES = 10_000;
const asText = (value: string): string => value;

/** Where an empty database is kept for the next ones: to make one takes seconds, to copy one a quarter of a second. */
const TEMPLATES = join(import.meta.dirname, "..", "..", ".local");

/** Of the package that the database is made with. */
const PACKAGE = new URL("../package.json", import.meta.resolve("@electric-sql/pglite"));

process.once("disconnect", () => process.exit());
// The parent may have gone while this was loaded.
if (!process.connected) process.exit();

const folder = String(process.argv[2]);
if (readdirSync(folder).length === 0) cpSync(await template(), folder, { recursive: true });
const postgres = await PGlite.create({ dataDir: folder });
// Values are wanted as PostgreSQL writes them. Given with each query, these would be copied for each: 2 ms.
for (let oid = 0; oid < OWN_TYPES; oid++) postgres.parsers[oid] = asText;
process.send?.({ id: 0 } satisfies PostgresAnswer);
process.on("message", async (question: PostgresQuestion) => {
  process.send?.(await answer(question));
});

async function template(): Promise<string> {
  const { version } = JSON.parse(readFileSync(PACKAGE, "utf8")) as { readonly version: string };
  const ready = join(TEMPLATES, `postgres-${version}`);
  if (existsSync(ready)) return ready;
  mkdirSync(TEMPLATES, { recursive: true });
  const made = mkdtempSync(join(TEMPLATES, "postgres-"));
  await (await PGlite.create({ dataDir: made })).close();
  try {
    renameSync(made, ready);
  } catch (error) {
    // Somebody else was first.
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(ready)) throw error;
  }
  return ready;
}

async function answer({ id, sql, parameters, types }: PostgresQuestion): Promise<PostgresAnswer> {
  try {
    const {
      rows,
      fields,
      affectedRows = 0,
    } = await postgres.query<(string | null)[]>(sql, [...parameters], {
      rowMode: "array",
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
