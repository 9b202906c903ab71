/**
 * JSON schemas made from zod schemas: for API Gateway's models, and for the published document.
 *
 * API Gateway's models are JSON schema draft 4 within OpenAPI 3.0, with exceptions.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
import * as z from "zod";

/** A JSON schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Keywords that say nothing about validity at the gateway, or that it does not know. The handler checks formats. */
const DROPPED = new Set([
  "$schema",
  "$id",
  "id",
  "format",
  "examples",
  "example",
  "default",
  "deprecated",
  "readOnly",
  "writeOnly",
  "contentEncoding",
  "contentMediaType",
  "definitions",
]);

const SCHEMA_MAPS = new Set(["properties", "patternProperties"]);
const SCHEMA_LISTS = new Set(["allOf", "anyOf", "oneOf"]);

/**
 * The schema that API Gateway validates a request body with. It accepts everything that the zod schema accepts and
 * refuses the same, but for what the gateway cannot check (`format`), which is left to the handler.
 * @throws Error when the schema has a part that API Gateway has no keyword for
 */
export function gatewaySchema(schema: z.ZodType): JsonSchema {
  const source = z.toJSONSchema(schema, { target: "draft-4", io: "input", cycles: "throw" });
  return reduce(source, definitionsOf(source));
}

/** A schema, and those that it refers to by their names. */
export interface PublicSchema {
  readonly schema: JsonSchema;
  /** What `#/components/schemas/<name>` means: schemas with an `id`. */
  readonly named: Readonly<Record<string, JsonSchema>>;
}

/** The schema that is published for people and client generators: OpenAPI 3.0, with formats. */
export function publicSchema(schema: z.ZodType, io: "input" | "output"): PublicSchema {
  const source = z.toJSONSchema(schema, { target: "openapi-3.0", io, cycles: "throw" });
  const named = Object.entries(definitionsOf(source)).map(([name, part]) => [name, readable(part)]);
  return { schema: readable(source), named: Object.fromEntries(named) };
}

type Definitions = Readonly<Record<string, JsonSchema>>;

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function definitionsOf(source: JsonSchema): Definitions {
  const entries = isSchema(source.definitions) ? Object.entries(source.definitions) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, JsonSchema] => isSchema(entry[1])));
}

/** Replaces a reference by what it refers to: zod makes one for each schema that carries an id. */
function resolve(schema: JsonSchema, definitions: Definitions): JsonSchema {
  if (typeof schema.$ref !== "string") return schema;
  const target = definitions[schema.$ref.replace("#/definitions/", "")];
  if (target === undefined) throw new Error(`refers to ${schema.$ref}; recursive schemas are not supported`);
  const { $ref: _, ...siblings } = schema;
  return { ...resolve(target, definitions), ...siblings };
}

/** Walks a schema's subschemas. */
function mapSubschemas(schema: JsonSchema, change: (part: JsonSchema) => JsonSchema): JsonSchema {
  const changeAny = (value: unknown) => (isSchema(value) ? change(value) : value);
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (SCHEMA_MAPS.has(keyword) && isSchema(value))
        return [
          keyword,
          Object.fromEntries(Object.entries(value).map(([name, part]) => [name, changeAny(part)])),
        ];
      if (SCHEMA_LISTS.has(keyword) && Array.isArray(value)) return [keyword, value.map(changeAny)];
      if (["items", "additionalProperties", "not"].includes(keyword)) return [keyword, changeAny(value)];
      return [keyword, value];
    }),
  );
}

/** Without what zod says beside, which is the pattern of a format and the bounds of every integer; names stand in `components`. */
function readable({ definitions: _, id: __, ...schema }: JsonSchema): JsonSchema {
  const { $ref, pattern, minimum, maximum, examples, ...rest } = schema;
  const said: JsonSchema = {
    ...(typeof $ref === "string" && { $ref: $ref.replace("#/definitions/", "#/components/schemas/") }),
    ...rest,
    ...(pattern !== undefined && rest.format === undefined && { pattern }),
    ...(minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
    // OpenAPI 3.0 has one.
    ...(Array.isArray(examples) && { example: examples[0] }),
  };
  return mapSubschemas(said, readable);
}

function reduce(schema: JsonSchema, definitions: Definitions): JsonSchema {
  const known = Object.fromEntries(
    Object.entries(resolve(schema, definitions)).filter(([keyword]) => !DROPPED.has(keyword)),
  );
  if (Array.isArray(known.items))
    throw new Error("has a tuple; API Gateway knows lists of one kind of item only");
  if (isSchema(known.additionalProperties) && Object.keys(known.additionalProperties).length === 0)
    delete known.additionalProperties;
  const reduced = mapSubschemas(known, (part) => reduce(part, definitions));
  return splitTypes(withoutExclusiveBounds(reduced));
}

/** API Gateway does not know `exclusiveMinimum` and `exclusiveMaximum`: the bound itself is excluded by `not`. */
function withoutExclusiveBounds(schema: JsonSchema): JsonSchema {
  const { exclusiveMinimum, exclusiveMaximum, ...rest } = schema;
  const { minimum, maximum } = rest;
  if (rest.type === "integer") {
    return {
      ...rest,
      ...(exclusiveMinimum === true && { minimum: Number(minimum) + 1 }),
      ...(exclusiveMaximum === true && { maximum: Number(maximum) - 1 }),
    };
  }
  const excluded = [
    ...(exclusiveMinimum === true ? [minimum] : []),
    ...(exclusiveMaximum === true ? [maximum] : []),
  ];
  return excluded.length === 0 ? rest : { ...rest, not: { enum: excluded } };
}

/** OpenAPI 3.0 takes one type: several become alternatives. */
function splitTypes(schema: JsonSchema): JsonSchema {
  const types = [schema.type].flat();
  if (types.includes("null")) return nullable(schema, types);
  if (types.length < 2) return schema;
  const { type: _, title, description, ...constraints } = schema;
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    anyOf: types.map((type) => ({ type, ...constraints })),
  };
}

const TYPES: readonly JsonSchema[] = [
  { type: "string" },
  { type: "number" },
  { type: "boolean" },
  { type: "object" },
  { type: "array", items: {} },
];

/**
 * OpenAPI 3.0 has no type `null`, and API Gateway does not know `nullable`: what may be null is everything but the
 * other types. A gateway that did not know `not` either would accept more, never less.
 */
function nullable({ type: _, not, ...constraints }: JsonSchema, types: readonly unknown[]): JsonSchema {
  const isInteger = types.includes("integer");
  const refused = TYPES.filter(({ type }) => !types.includes(type) && !(isInteger && type === "number"));
  return {
    ...constraints,
    ...(isInteger && { multipleOf: 1 }),
    not: { anyOf: not === undefined ? refused : [...refused, not] },
  };
}
