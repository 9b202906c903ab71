/** What bundles have in place of a zod schema. This file ends up in bundles: it imports nothing, and stays small. */

/** A validation error of ajv, without its message: https://ajv.js.org/api.html#error-objects */
interface AjvError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A validator that ajv made. It fills in defaults in place. */
export interface AjvValidator {
  (value: unknown): boolean;
  errors?: readonly AjvError[] | null;
}

export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** As zod names it. */
  readonly code: string;
}

export type SafeParseResult =
  | { readonly success: true; readonly data: unknown }
  | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };

/** The part of a zod schema's interface that handlers use. */
export interface PrecompiledSchema {
  safeParse(value: unknown): SafeParseResult;
}

/** @param fillsIn the validator changes what it is given: it gets a copy */
export function precompiled(validate: AjvValidator, fillsIn: boolean): PrecompiledSchema {
  return {
    safeParse(value) {
      const data: unknown = fillsIn ? structuredClone(value) : value;
      if (validate(data)) return { success: true, data };
      const errors = (validate.errors ?? []).filter(isTelling);
      return { success: false, error: { issues: errors.map((error) => issueOf(error, value)) } };
    },
  };
}

/** Of alternatives that all fail, the errors within each say nothing: which one was meant is unknown. */
function isTelling({ schemaPath }: AjvError, _: number, errors: readonly AjvError[]): boolean {
  return !errors.some(
    (other) =>
      isUnion(other) && schemaPath !== other.schemaPath && schemaPath.startsWith(`${other.schemaPath}/`),
  );
}

function isUnion({ keyword }: AjvError): boolean {
  return keyword === "anyOf" || keyword === "oneOf";
}

function issueOf({ instancePath, keyword, params }: AjvError, value: unknown): Issue {
  const inner = params.missingProperty ?? params.additionalProperty ?? params.propertyName ?? params.tag;
  const path = pathOf(instancePath, value);
  if (typeof inner === "string") path.push(inner);
  const [code, message] = ISSUES[keyword] ?? ["custom", () => `is not valid (${keyword})`];
  return { path, message: message(params), code };
}

/** `/items/0/name` → `["items", 0, "name"]`; a number is an index only within an array. */
function pathOf(instancePath: string, value: unknown): (string | number)[] {
  let inner = value;
  return instancePath
    .split("/")
    .slice(1)
    .map((part) => {
      const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
      const key = Array.isArray(inner) ? Number(name) : name;
      inner = typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined;
      return key;
    });
}

type Describe = (params: AjvError["params"]) => string;

const atLeast =
  (unit: string): Describe =>
  ({ limit }) =>
    limit === 1 ? `must have at least 1 ${unit}` : `must have at least ${limit} ${plural(unit)}`;
const atMost =
  (unit: string): Describe =>
  ({ limit }) =>
    `must have at most ${limit} ${limit === 1 ? unit : plural(unit)}`;
const compared: Describe = ({ comparison, limit }) => `must be ${comparison} ${limit}`;

function plural(unit: string): string {
  return unit === "property" ? "properties" : `${unit}s`;
}

function quoted(values: unknown): string {
  return [values]
    .flat()
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value)))
    .join(", ");
}

const TYPES: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  integer: "a whole number",
  null: "null",
  number: "a number",
  object: "an object",
  string: "a text",
};

/** zod's code and the message, by ajv's keyword. */
const ISSUES: Readonly<Record<string, readonly [code: string, message: Describe]>> = {
  type: [
    "invalid_type",
    ({ type }) =>
      `must be ${[type]
        .flat()
        .map((name) => TYPES[String(name)] ?? name)
        .join(" or ")}`,
  ],
  required: ["invalid_type", () => "is required"],
  additionalProperties: ["unrecognized_keys", () => "is not a known property"],
  propertyNames: ["invalid_key", () => "is not an allowed property name"],
  minLength: ["too_small", atLeast("character")],
  maxLength: ["too_big", atMost("character")],
  minItems: ["too_small", atLeast("item")],
  maxItems: ["too_big", atMost("item")],
  additionalItems: ["too_big", atMost("item")],
  minProperties: ["too_small", atLeast("property")],
  maxProperties: ["too_big", atMost("property")],
  minimum: ["too_small", compared],
  exclusiveMinimum: ["too_small", compared],
  maximum: ["too_big", compared],
  exclusiveMaximum: ["too_big", compared],
  multipleOf: ["not_multiple_of", ({ multipleOf }) => `must be a multiple of ${multipleOf}`],
  // The format's name is the message, and a number that tells formats with the same message apart.
  format: ["invalid_format", ({ format }) => String(format).replace(/#\d+$/, "")],
  pattern: ["invalid_format", ({ pattern }) => `must match the pattern ${pattern}`],
  enum: ["invalid_value", ({ allowedValues }) => `must be one of ${quoted(allowedValues)}`],
  const: ["invalid_value", ({ allowedValue }) => `must be ${quoted(allowedValue)}`],
  discriminator: ["invalid_union", () => "is none of the known kinds"],
  anyOf: ["invalid_union", () => "matches none of the allowed forms"],
  oneOf: ["invalid_union", () => "matches none of the allowed forms"],
  not: ["invalid_type", () => "is not allowed"],
};
