/** PostgreSQL's lexical rules: https://www.postgresql.org/docs/current/sql-syntax-lexical.html */

/** What a semicolon may stand in without ending a statement, in the order in which it is looked for. */
const QUOTED =
  /--[^\n]*|\bE'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![A-Za-z0-9_$])\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/giy;

/** Statements that would end the transaction in which a migration runs. */
const TRANSACTION_CONTROL =
  /^(BEGIN|START\s+TRANSACTION|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE\s+TRANSACTION)\b/i;

/** Bodies of functions that are statements rather than texts; they hold semicolons of their own. */
const ATOMIC_BODY = /\bBEGIN\s+ATOMIC\b/i;

/**
 * The single statements of a script, without the semicolons and comments between them: the Data API takes one a call.
 * @throws Error saying which text, comment or statement cannot be taken
 */
export function splitStatements(script: string): string[] {
  const statements: string[] = [];
  let statement = "";
  /** The same without texts and comments. */
  let bare = "";
  const finish = (): void => {
    if (bare.trim() !== "") statements.push(checked(statement.trim(), bare.trim()));
    statement = "";
    bare = "";
  };
  for (let at = 0; at < script.length; ) {
    const token = script.startsWith("/*", at) ? blockComment(script, at) : quoted(script, at);
    const text = token ?? script.charAt(at);
    at += text.length;
    if (text === ";") {
      finish();
      continue;
    }
    const isComment = text.startsWith("--") || text.startsWith("/*");
    // What stands before a statement says nothing to PostgreSQL.
    if (bare.trim() !== "" || !isComment) statement += text;
    bare += token === undefined ? text : isComment ? " " : "''";
  }
  finish();
  return statements;
}

/** The quoted text, name or line comment that begins here. */
function quoted(script: string, at: number): string | undefined {
  QUOTED.lastIndex = at;
  const [token] = QUOTED.exec(script) ?? [];
  if (token?.startsWith("$")) {
    const end = script.indexOf(token, at + token.length);
    if (end < 0) throw new Error(`the text that begins with ${token} does not end`);
    return script.slice(at, end + token.length);
  }
  const first = script.charAt(at);
  if (token === undefined && (first === "'" || first === '"')) {
    throw new Error(`the text that begins with ${script.slice(at, at + 20).split("\n")[0]} does not end`);
  }
  return token;
}

/** Comments may hold comments. */
function blockComment(script: string, start: number): string {
  const edges = /\/\*|\*\//g;
  edges.lastIndex = start;
  let depth = 0;
  for (let edge = edges.exec(script); edge; edge = edges.exec(script)) {
    depth += edge[0] === "/*" ? 1 : -1;
    if (depth === 0) return script.slice(start, edges.lastIndex);
  }
  throw new Error(
    `the comment that begins with ${script.slice(start, start + 20).split("\n")[0]} does not end`,
  );
}

function checked(statement: string, bare: string): string {
  const [control] = TRANSACTION_CONTROL.exec(bare) ?? [];
  if (control !== undefined) {
    throw new Error(`${control.toUpperCase()} is not allowed: every migration is one transaction already`);
  }
  if (ATOMIC_BODY.test(bare)) {
    throw new Error("BEGIN ATOMIC is not supported: write the body of the function as a text, AS $$ … $$");
  }
  return statement;
}
