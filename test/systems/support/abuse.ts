/** What nobody should send to an API, and what is answered: section by section the same for every route. */
import type { Question } from "./client.ts";

export interface Abuse extends Question {
  readonly what: string;
  readonly status: number;
}

const TOO_LARGE = 256 * 1024 + 1;

/** Bodies that are none, whatever the route. */
export function badBodies(good: object): readonly Abuse[] {
  const text = JSON.stringify(good);
  const open = text.slice(0, -1);
  const raw: Readonly<Record<string, string | Uint8Array>> = {
    "half an object": '{"a":',
    "an object with a comma too many": `${open},}`,
    "single quotes": "{'a': 1}",
    "two objects": `${text}${text}`,
    "a byte order mark": `\ufeff${text}`,
    "deep nesting": "[".repeat(10_000),
    "NaN as a number": '{"a": NaN}',
    "bytes that are not UTF-8": Buffer.concat([
      Buffer.from(open),
      Buffer.from([0x2c, 0x22, 0xff, 0xfe, 0x22]),
    ]),
    "a list": "[]",
    null: "null",
    "a text": '"text"',
    "a number": "5",
    "an unknown property": JSON.stringify({ ...good, ownerId: "me" }),
    "an id of its own": JSON.stringify({ ...good, id: "01890000-0000-7000-8000-000000000000" }),
    "a version of its own": JSON.stringify({ ...good, version: 7 }),
    __proto__: open.length > 1 ? `${open},"__proto__":{"polluted":true}}` : '{"__proto__":{"polluted":true}}',
    constructor: JSON.stringify({ ...good, constructor: { prototype: { polluted: true } } }),
    toString: JSON.stringify({ ...good, toString: "x" }),
  };
  return Object.entries(raw).map(([what, body]) => ({ what, body, status: 400 }));
}

/** Bodies of another kind, or too large. */
export function badMedia(good: object): readonly Abuse[] {
  const body = JSON.stringify(good);
  const types = {
    "plain text": "text/plain",
    XML: "application/xml",
    "a form": "application/x-www-form-urlencoded",
    "a form of parts": "multipart/form-data; boundary=x",
    "another charset": "application/json; charset=utf-16",
    "no media type": "json",
  };
  return [
    ...Object.entries(types).map(([what, type]) => ({
      what,
      body,
      headers: { "content-type": type },
      status: 415,
    })),
    { what: "a compressed body", body, headers: { "content-encoding": "gzip" }, status: 415 },
    { what: "a body above 256 KB", body: body.padEnd(TOO_LARGE, " "), status: 413 },
  ];
}

const NOT_A_TEXT: readonly unknown[] = [5, true, null, {}, [], ["x"], { $gt: "" }];

/** Values that no text field takes. */
export function badTexts(longest: number): readonly unknown[] {
  const unprintable = ["a\u0000b", "a\ud800b", "a\nb", "a\u001b[31mb", "a\u007fb", "a\u0085b", "a\uffffb"];
  return [...NOT_A_TEXT, "", "x".repeat(longest + 1), "a".repeat(50_000), ...unprintable];
}

/** JSON texts that no number field takes; `1e309` is too large for a number of JavaScript. */
export function badNumbers(...outside: readonly string[]): readonly string[] {
  return [
    '"1"',
    "true",
    "null",
    "{}",
    "[1]",
    "1e309",
    "-1e309",
    "9007199254740993",
    "9".repeat(39),
    ...outside,
  ];
}

export const BAD_DATES: readonly unknown[] = [
  ...[20_260_101, null, {}, "", "tomorrow", "2026-02-30", "2190-13-01", "2190-1-1", "99999-01-01"],
  ...["2190-01-01T00:00:00Z", " 2190-01-01", "2190-01-01\u0000", "-2190-01-01"],
];

export const BAD_TIMES: readonly unknown[] = [
  ...[1_700_000_000, null, {}, "", "now", "2026-01-01", "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z"],
  ...["2026-01-01T00:00:00", "99999-01-01T00:00:00Z", "2026-01-01T00:00:00Z\u0000"],
];

/** Ids that nothing has. */
export const BAD_IDS: readonly string[] = [
  ...[
    "x",
    "0",
    "-1",
    "null",
    "undefined",
    "%00",
    "%0d%0a",
    "%2e%2e%2f",
    "..%2f..%2fadmin",
    "%E0%A4%A",
    "%ff",
    "*",
  ],
  ...[
    "01890000-0000-7000-8000-00000000000G",
    "01890000-0000-7000-8000-000000000000%20",
    "{id}",
    "x".repeat(500),
  ],
  ...["01890000-0000-7000-8000-000000000000'--", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "%EF%BC%A1"],
];

/** Queries that no list takes; `nextCursor` is put in place of `*`. */
export const BAD_QUERIES: readonly string[] = [
  ...["0", "-1", "101", "1e9", "abc", "1.5", "", "%201", "0x10", "1&limit=2", "99999999999999999999"].map(
    (limit) => `limit=${limit}`,
  ),
  ...["", "x", "*A", "A*", "%00", "eyJpZCI6MX0", "x".repeat(2_049), "*&cursor=*"].map(
    (cursor) => `cursor=${cursor}`,
  ),
  ...["nothing", "", "%00", "available'--", "%25", "registered&status=cancelled"].map(
    (status) => `status=${status}`,
  ),
  ...["offset=1", "order=id;DROP", "__proto__=x", "constructor=x", "limit[$gt]=1", "clientId=x"],
];

const LONG = "k".repeat(256);

/** Headers of repeated requests that are none. */
export const BAD_KEYS: readonly string[] = ["", " ", "two words", LONG, `"${LONG}"`, "\u00e9", "a, b c"];

/** Headers of conditional requests, and what is answered. */
export const BAD_CONDITIONS: Readonly<Record<string, number>> = {
  "3": 400,
  '"': 400,
  '"1" "2"': 400,
  "'1'": 400,
  [`"${"1".repeat(1_100)}"`]: 400,
  'W/"1"': 412,
  '"999"': 412,
  '"1 OR 1=1"': 400,
  '"x"': 412,
  '"99999999999999999999"': 412,
};
