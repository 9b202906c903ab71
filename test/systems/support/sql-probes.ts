/** Texts that would do something if they ever became part of a statement: quotes, comments, stacked statements, patterns, parameters. */

/** Each at most 50 characters long, in normalisation form C. */
export const SQL_PROBES: readonly string[] = [
  ...["'", "''", '"', "`", "\\", "\\'", "';", "')", "'))", "O'Higgins"],
  ...[
    "' OR '1'='1",
    "' OR 1=1--",
    "') OR ('1'='1",
    "1 OR 1=1",
    "' OR ''='",
    "admin'--",
    "' /*",
    "*/ OR 1=1 /*",
  ],
  ...["'; DROP TABLE trucks;--", "'); DELETE FROM moves;--", "'; TRUNCATE drivers CASCADE;--"],
  ...[
    "'; UPDATE trucks SET plate='x';--",
    "'; COMMIT; DROP TABLE outbox;--",
    "'; GRANT ALL ON moves TO PUBLIC;--",
  ],
  ...["' UNION SELECT secret FROM pg_authid--", "'||(SELECT version())||'", "'||pg_sleep(30)||'"],
  ...[
    "$$; DROP TABLE moves; $$",
    "$1",
    "$tag$x$tag$",
    ":id",
    ":origin",
    ":name::text",
    "::int",
    "?",
    "??",
    "@x",
    "#{x}",
  ],
  ...[
    "%",
    "_",
    "%%",
    "\\%",
    "LIKE '%'",
    "NULL",
    "null::text",
    "DEFAULT",
    "true",
    "0x27",
    "%27",
    "&#39;",
    "E'\\x27'",
  ],
  ...[
    "->>'a'",
    '{"a":1}\'::jsonb',
    "@> '{}'",
    "#>> '{}'",
    "? 'a'",
    '{"$gt":""}',
    "${7*7}",
    "{{7*7}}",
    "<%= 1 %>",
  ],
  ...[
    "\u2019 OR 1=1--",
    "\uff07 OR 1=1--",
    "\u02bc; DROP",
    "\u00bf\u00a7",
    "\u{1f69a}'",
    "\u0430'--",
    "<script>alert('x')</script>",
  ],
];

/** The same with what no text may have: each is refused. */
export const REFUSED_PROBES: readonly string[] = [
  "'\u0000; DROP TABLE trucks;--",
  "';\n DROP TABLE trucks",
  "'\ud800--",
];
