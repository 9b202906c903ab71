/** Lists of rows, newest first: ids are sorted by their time. A page costs the same wherever it starts. */
import type { Statements } from "./database.ts";
import { uuid } from "./database-values.ts";
import type { Key, Page } from "./dynamo.ts";

export interface Listed {
  readonly table: string;
  /** As they stand after SELECT; `id` is a text. */
  readonly columns: string;
  /** Values that columns must have; one that is undefined does not matter. */
  readonly filter: Readonly<Record<string, string | undefined>>;
}

/** Above every id: where the first page starts. */
const TOP = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/**
 * Reads one page of rows, and one row more to know whether another page follows. The order is that of the column `id`, which
 * indexes have, and not of its text among `columns`.
 * @param start where the page before ended
 */
export async function pageOfNewest<Row extends { readonly id: string }>(
  database: Statements,
  { table, columns, filter }: Listed,
  limit: number,
  start: Key | undefined,
): Promise<Page<Row>> {
  const wanted = Object.entries(filter).filter((one): one is [string, string] => one[1] !== undefined);
  const conditions = [...wanted.map(([column]) => `${column} = :${column}`), `${table}.id < :start`];
  const rows = await database.query<Row>(
    `SELECT ${columns} FROM ${table} WHERE ${conditions.join(" AND ")}
     ORDER BY ${table}.id DESC LIMIT :limit`,
    { ...Object.fromEntries(wanted), start: uuid(start?.id ?? TOP), limit: limit + 1 },
  );
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last ? { items, next: { id: last.id } } : { items };
}
