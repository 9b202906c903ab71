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

/** The schema that is published for people and client generators: OpenAPI 3.0, with formats. */
export function publicSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const source = z.toJSONSchema(schema, { target: "openapi-3.0", io, cycles: "throw" });
  return inline(source, definitionsOf(source));
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

function inline(schema: JsonSchema, definitions: Definitions): JsonSchema {
  const { definitions: _, ...rest } = resolve(schema, definitions);
  return mapSubschemas(rest, (part) => inline(part, definitions));
}

function reduce(schema: JsonSchema, definitions: Definitions): JsonSchema {
  const known = Object.fromEntries(
    Object.entries(resolve(schema, definitions)).filter(([keyword]) => !DROPPED.has(keyword)),
  );
  if (Array.isArray(known.items))
    throw new Error("has a tuple; API Gateway knows lists of one kind of item only");
  if (isSchema(known.additionalProperties) && Object.keys(known.additionalProperties).length === 0)
    delete known.additionalProperties;
  const narrowed = splitTypes(withoutExclusiveBounds(known));
  return mapSubschemas(narrowed, (part) => reduce(part, definitions));
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

/**
 * OpenAPI 3.0 takes one type, and no type `null` (API Gateway does not know `nullable` either): several types become
 * alternatives, null becomes the enumeration of null.
 */
function splitTypes(schema: JsonSchema): JsonSchema {
  if (schema.type === "null") {
    const { type: _, ...rest } = schema;
    return { ...rest, enum: [null] };
  }
  if (!Array.isArray(schema.type)) return schema;
  const { type: types, title, description, ...constraints } = schema;
  const alternatives = (types as string[]).map((type) =>
    type === "null" ? { enum: [null] } : { type, ...constraints },
  );
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    anyOf: alternatives,
  };
}
