/** The SQL that trucks and drivers have in common. */

/**
 * The row of `id`, when its version is one that the caller expects. Decided where the row is changed, so that of two
 * requests with the same If-Match one is refused.
 */
export const EXPECTED_ROW = `
  id = :id AND (:versions::jsonb IS NULL
    OR version IN (SELECT value::bigint FROM jsonb_array_elements_text(:versions::jsonb)))`;

/** The statements that need nothing but names. */
export interface CommonStatements {
  readonly table: string;
  /** What is read of a row, as it stands after SELECT and RETURNING. */
  readonly columns: string;
  readonly find: string;
  readonly remove: string;
}

/** @param fields the columns that only this table has, such as `plate, capacity_m3` */
export function statementsOn(table: string, fields: string): CommonStatements {
  const columns = `id::text AS id, ${fields}, version, created_at, updated_at`;
  return {
    table,
    columns,
    find: `SELECT ${columns} FROM ${table} WHERE id = :id`,
    remove: `DELETE FROM ${table} WHERE ${EXPECTED_ROW}`,
  };
}
