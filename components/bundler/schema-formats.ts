import type * as z from "zod";
import type { JsonSchema } from "./schema-json.ts";

/** Formats that a regular expression decides, and what to tell who misses them. Others run code in zod. */
const MESSAGES: Readonly<Record<string, string>> = {
  cuid2: "must be a CUID2",
  date: "must be an ISO 8601 date, such as 2026-01-31",
  datetime: "must be an ISO 8601 date and time in UTC, such as 2026-01-31T12:00:00Z",
  duration: "must be an ISO 8601 duration, such as PT15M",
  e164: "must be a phone number such as +34600000000",
  email: "must be an e-mail address",
  guid: "must be a UUID",
  ipv4: "must be an IPv4 address",
  lowercase: "must be in lower case",
  time: "must be an ISO 8601 time, such as 12:00:00",
  ulid: "must be a ULID",
  uppercase: "must be in upper case",
  uuid: "must be a UUID",
};

/** What a check on the form of a string looks like within zod. */
interface FormDef {
  readonly check: "string_format";
  readonly format: string;
  readonly pattern?: RegExp;
  readonly error?: (issue: never) => unknown;
  readonly offset?: boolean;
  readonly local?: boolean;
}

/** Forms whose texts need values: what they start with and the like. */
const PATTERNS = ["regex", "includes", "starts_with", "ends_with"];

/**
 * Replaces a string schema's patterns and formats by formats of our own, whose name is the message for whoever misses
 * it (and a number, where messages are alike): so each schema's own messages survive.
 */
export function addFormats(
  schema: z.core.$ZodType,
  json: JsonSchema,
  formats: Map<string, RegExp>,
  place: string,
): void {
  const names = formsOf(schema).map((form) => nameOf(form, formats, place));
  delete json.format;
  delete json.pattern;
  delete json.allOf;
  delete json.contentEncoding;
  const [first, ...others] = names;
  if (first !== undefined) json.format = first;
  if (others.length > 0) json.allOf = others.map((format) => ({ format }));
}

function formsOf(schema: z.core.$ZodType): FormDef[] {
  const { def } = schema._zod;
  const checks: readonly unknown[] = [def, ...(def.checks ?? []).map((check) => check._zod.def)];
  return checks.filter((check): check is FormDef => isForm(check));
}

function isForm(def: unknown): boolean {
  return typeof def === "object" && def !== null && Reflect.get(def, "check") === "string_format";
}

function nameOf(form: FormDef, formats: Map<string, RegExp>, place: string): string {
  const { format, pattern } = form;
  if (!pattern || !(format in MESSAGES || PATTERNS.includes(format))) {
    throw new Error(`${place}has the format "${format}", which zod checks by code; use .regex(…)`);
  }
  if (pattern.sticky)
    throw new Error(`${place}has a sticky regular expression, whose result depends on the one before`);
  // A global expression would remember where it was.
  const expression = new RegExp(pattern.source, pattern.flags.replace("g", ""));
  const message = messageOf(form);
  for (let number = 1; ; number++) {
    const name = `${message}#${number}`;
    const known = formats.get(name);
    if (known === undefined) formats.set(name, expression);
    if (known === undefined || String(known) === String(expression)) return name;
  }
}

function messageOf({ format, pattern, error, offset, local }: FormDef): string {
  const own = ownMessage(error);
  if (own !== undefined) return own;
  if (format === "datetime" && (offset || local)) return "must be an ISO 8601 date and time";
  return MESSAGES[format] ?? `must match the pattern ${pattern?.source}`;
}

/** What the schema's author wrote, when it does not depend on the value. */
function ownMessage(error: FormDef["error"]): string | undefined {
  if (!error) return undefined;
  try {
    const message: unknown = Reflect.apply(error, undefined, [{ code: "invalid_format", input: "" }]);
    if (typeof message === "string") return message;
    const inner: unknown =
      typeof message === "object" && message !== null ? Reflect.get(message, "message") : undefined;
    return typeof inner === "string" ? inner : undefined;
  } catch {
    return undefined;
  }
}
