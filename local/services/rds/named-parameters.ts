/** Statements of the Data API name their parameters (`:id`); PostgreSQL numbers them (`$1`). */

/** Text in which a colon is no parameter: quoted texts and names, comments, dollar-quoted texts, casts. */
const TOKENS =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*.*?\*\/|(\$[A-Za-z_]*\$).*?\1|::|:([A-Za-z_][A-Za-z0-9_]*)/gs;

export interface NumberedStatement {
  readonly sql: string;
  /** Names of the parameters, in the order of their numbers. */
  readonly names: readonly string[];
}

export function numbered(sql: string): NumberedStatement {
  const names: string[] = [];
  const text = sql.replace(TOKENS, (token, _quote: string | undefined, name: string | undefined) => {
    if (name === undefined) return token;
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { sql: text, names };
}
