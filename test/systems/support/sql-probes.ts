/**
 * Texts that would do something if they ever became part of a statement: quotes, comments, stacked statements, patterns,
 * parameters, operators of JSON.
 */

/** Each at most 50 characters long, in normalisation form C. */
export const SQL_PROBES: readonly string[] = [
  ...["'", "''", '"', "\\", "\\'", "';", "')", "O'Higgins"],
  ...["' OR '1'='1", "' OR 1=1--", "1 OR 1=1", "admin'--", "' /*", "*/ OR 1=1 /*"],
  ...["'; DROP TABLE trucks;--", "'); DELETE FROM moves;--", "'; TRUNCATE drivers CASCADE;--"],
  ...["'; COMMIT; DROP TABLE outbox;--", "' UNION SELECT rolpassword FROM pg_authid--", "'||pg_sleep(30)||'"],
  ...[
    "$$; DROP TABLE moves; $$",
    "$1",
    ":id",
    ":origin",
    ":name::text",
    "?",
    "@x",
    "%",
    "_",
    "\\%",
    "NULL",
    "DEFAULT",
  ],
  ...["%27", "&#39;", "E'\\x27'", "->>'a'", '{"a":1}\'::jsonb', '{"$gt":""}', "{{7*7}}"],
  ...["\u2019 OR 1=1--", "\uff07 OR 1=1--", "\u02bc; DROP", "\u{1f69a}'", "<script>alert('x')</script>"],
];

/** The same with what no text may have: each is refused. */
export const REFUSED_PROBES: readonly string[] = [
  "'\u0000; DROP TABLE trucks;--",
  "';\n DROP TABLE trucks",
  "'\ud800--",
];
