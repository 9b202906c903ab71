/**
 * What API Gateway says of a body that its model refuses. It validates with com.github.java-json-tools'
 * json-schema-validator, whose words these are: `[object has missing required properties (["title"])]`.
 */
import type { ErrorObject } from "ajv";

type Describe = (error: ErrorObject) => string;

const json = (value: unknown): string => JSON.stringify(value);
const limit = (error: ErrorObject): number => error.params.limit;

const MESSAGES: Readonly<Record<string, Describe>> = {
  type: (error) =>
    `instance type (${typeOf(error.data)}) does not match any allowed primitive type (allowed: ${json(allowedTypes(error.schema))})`,
  enum: ({ data, schema }) =>
    `instance value (${json(data)}) not found in enum (possible values: ${json(schema)})`,
  minLength: (error) =>
    `string ${json(error.data)} is too short (length: ${characters(error.data)}, required minimum: ${limit(error)})`,
  maxLength: (error) =>
    `string ${json(error.data)} is too long (length: ${characters(error.data)}, maximum allowed: ${limit(error)})`,
  pattern: ({ data, schema }) => `ECMA 262 regex "${schema}" does not match input string ${json(data)}`,
  minimum: (error) => describeMinimum(error),
  maximum: (error) => describeMaximum(error),
  multipleOf: ({ data, schema }) => `remainder of division is not zero (${data} / ${schema})`,
  minItems: (error) =>
    `array is too short: must have at least ${limit(error)} elements but instance has ${count(error.data)} elements`,
  maxItems: (error) =>
    `array is too long: must have at most ${limit(error)} elements but instance has ${count(error.data)} elements`,
  uniqueItems: () => "array must not contain duplicate elements",
  additionalItems: (error) =>
    `schema only allows ${limit(error)} elements in array but instance has ${count(error.data)} elements`,
  minProperties: (error) =>
    `object has too few properties (found ${count(error.data)} but schema requires at least ${limit(error)})`,
  maxProperties: (error) =>
    `object has too many properties (found ${count(error.data)} but schema requires at most ${limit(error)})`,
  anyOf: ({ schema }) => `instance failed to match at least one required schema among ${count(schema)}`,
  oneOf: ({ schema, params }) =>
    `instance failed to match exactly one schema (matched ${params.passingSchemas ? 2 : 0} out of ${count(schema)})`,
  not: () => "instance matched a schema which it should not have",
  dependencies: ({ params }) =>
    `property "${params.property}" of object has missing property dependencies (schema requires [${quoted(params.deps)}]; missing: [${json(params.missingProperty)}])`,
  format: ({ data, schema }) => describeFormat(String(data), String(schema)),
};

/** The value of `$context.error.validationErrorString` for the errors of one body. */
export function describeErrors(errors: readonly ErrorObject[]): string {
  const relevant = errors.filter((error, index) => !isPartOfAlternative(error, errors.slice(index + 1)));
  const groups = new Map<string, ErrorObject[]>();
  for (const error of relevant) {
    const isGrouped = error.keyword === "required" || error.keyword === "additionalProperties";
    const key = isGrouped ? `${error.instancePath} ${error.schemaPath}` : `${groups.size} alone`;
    groups.set(key, [...(groups.get(key) ?? []), error]);
  }
  return `[${[...groups.values()].map(describeGroup).join(", ")}]`;
}

/** One error, or all missing (or all unknown) properties of one object. */
function describeGroup(errors: readonly ErrorObject[]): string {
  const [first] = errors;
  if (!first) return "";
  if (first.keyword === "required")
    return `object has missing required properties ([${names(errors, "missingProperty")}])`;
  if (first.keyword === "additionalProperties")
    return `object instance has properties which are not allowed by the schema: [${names(errors, "additionalProperty")}]`;
  return MESSAGES[first.keyword]?.(first) ?? `instance does not match the keyword ${first.keyword}`;
}

/** An alternative that did not match is not reported by itself, the whole `anyOf` is. */
function isPartOfAlternative(error: ErrorObject, later: readonly ErrorObject[]): boolean {
  return later.some(
    ({ keyword, instancePath, schemaPath }) =>
      ["anyOf", "oneOf", "not"].includes(keyword) &&
      error.instancePath.startsWith(instancePath) &&
      (error.schemaPath.startsWith(`${schemaPath}/`) || !error.schemaPath.startsWith("#")),
  );
}

function names(errors: readonly ErrorObject[], param: string): string {
  return quoted(errors.map(({ params }) => params[param]).sort());
}

function quoted(values: unknown): string {
  const list = Array.isArray(values) ? values : String(values).split(", ");
  return list.map(json).join(",");
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function allowedTypes(schema: unknown): string[] {
  const types = (Array.isArray(schema) ? schema : [schema]).map(String);
  return [...new Set(types.flatMap((type) => (type === "number" ? ["integer", "number"] : [type])))].sort();
}

function characters(value: unknown): number {
  return [...String(value)].length;
}

function count(value: unknown): number {
  return Array.isArray(value) ? value.length : Object.keys(Object(value)).length;
}

function describeMinimum(error: ErrorObject): string {
  return error.params.comparison === ">"
    ? `numeric instance is not strictly greater than the required minimum ${limit(error)}`
    : `numeric instance is lower than the required minimum (minimum: ${limit(error)}, found: ${error.data})`;
}

function describeMaximum(error: ErrorObject): string {
  return error.params.comparison === "<"
    ? `numeric instance is not strictly lower than the required maximum ${limit(error)}`
    : `numeric instance is greater than the required maximum (maximum: ${limit(error)}, found: ${error.data})`;
}

const DATES: Readonly<Record<string, string>> = {
  date: "[yyyy-MM-dd]",
  "date-time": `["yyyy-MM-dd'T'HH:mm:ssZ", "yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z"]`,
};

const FORMAT_NAMES: Readonly<Record<string, string>> = {
  email: "email address",
  hostname: "hostname",
  ipv4: "IPv4 address",
  ipv6: "IPv6 address",
  regex: "ECMA 262 regular expression",
  uri: "URI",
  uuid: "UUID",
};

function describeFormat(value: string, format: string): string {
  const dates = DATES[format];
  if (dates) return `string ${json(value)} is invalid against requested date format(s) ${dates}`;
  return `string ${json(value)} is not a valid ${FORMAT_NAMES[format] ?? format}`;
}
