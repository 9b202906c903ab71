/** JSON schemas from zod schemas, for validators that accept and refuse exactly what the zod schema does. */
import * as z from "zod";
import { addFormats } from "./schema-formats.ts";

export type JsonSchema = Record<string, unknown>;

/** Kinds of schemas and checks that JSON Schema has keywords for, and that change nothing in the value. */
const TYPES = new Set([
  "any",
  "array",
  "boolean",
  "default",
  "enum",
  "intersection",
  "lazy",
  "literal",
  "never",
  "nonoptional",
  "null",
  "nullable",
  "number",
  "object",
  "optional",
  "readonly",
  "record",
  "string",
  "template_literal",
  "tuple",
  "union",
  "unknown",
]);
const CHECKS = new Set([
  "greater_than",
  "length_equals",
  "less_than",
  "max_length",
  "min_length",
  "multiple_of",
  "number_format",
  "string_format",
]);

/** Keywords for readers. In a bundle they would only take room. */
const ANNOTATIONS = [
  "$schema",
  "$id",
  "id",
  "title",
  "description",
  "examples",
  "example",
  "deprecated",
  "readOnly",
  "writeOnly",
];

/**
 * @param formats gets what the strings of the schema must look like, by name; the schema names them as `format`
 * @throws Error naming the part of the schema that cannot be checked without zod
 */
export function jsonSchemaOf(schema: z.ZodType, formats: Map<string, RegExp>): JsonSchema {
  if (schema.isOptional() && !("default" in z.toJSONSchema(schema, { unrepresentable: "any" }))) {
    throw new Error("is optional as a whole; make the properties optional instead");
  }
  const json = z.toJSONSchema(schema, {
    target: "draft-07",
    io: "input",
    unrepresentable: "throw",
    override: ({ zodSchema, jsonSchema, path }) => {
      const { def } = zodSchema._zod;
      refuseUnknown(def, path);
      if (def.type === "string") addFormats(zodSchema, jsonSchema, formats, where(path));
      if (def.type === "union" && "discriminator" in def) {
        Object.assign(jsonSchema, { type: "object", discriminator: { propertyName: def.discriminator } });
      }
    },
  });
  return simplified(json) as JsonSchema;
}

/** Where in the schema: `properties.title`. */
function where(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "" : `${path.map(String).join(".")} `;
}

type Definition = z.core.$ZodTypeDef & { readonly coerce?: boolean; readonly catchall?: unknown };

function refuseUnknown(def: Definition, path: readonly PropertyKey[]): void {
  const place = where(path);
  if (!TYPES.has(def.type)) throw new Error(`${place}is a "${def.type}", which JSON Schema cannot express`);
  if (def.coerce) throw new Error(`${place}coerces values; take them as they are`);
  if (def.type === "object" && def.catchall === undefined) {
    throw new Error(`${place}drops unknown properties; use z.strictObject or z.looseObject`);
  }
  const unknown = (def.checks ?? []).map(({ _zod }) => _zod.def.check).find((check) => !CHECKS.has(check));
  if (unknown === undefined) return;
  const what = unknown === "custom" ? "has a refinement (code)" : `has a check "${unknown}"`;
  throw new Error(`${place}${what}, which JSON Schema cannot express; check it in the handler`);
}

/** Leaves out annotations, and writes "or null" as a type, so that errors say what is wrong with the other type. */
function simplified(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(simplified);
  if (!isObject(schema)) return schema;
  const entries = Object.entries(schema)
    .filter(([keyword]) => !ANNOTATIONS.includes(keyword))
    .map(([keyword, value]) => [keyword, simplifiedKeyword(keyword, value)] as const);
  return nullable(Object.fromEntries(entries));
}

/** Values, and maps from names to schemas, are no schemas themselves: a property may be called `title`. */
function simplifiedKeyword(keyword: string, value: unknown): unknown {
  if (["const", "default", "enum", "required", "discriminator"].includes(keyword)) return value;
  if (["properties", "patternProperties", "definitions"].includes(keyword) && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, simplified(part)]));
  }
  return simplified(value);
}

function nullable(schema: JsonSchema): JsonSchema {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema;
  const [other, nothing]: unknown[] = anyOf;
  if (!isObject(other) || !isObject(nothing) || nothing.type !== "null") return schema;
  if (typeof other.type !== "string" || "const" in other) return schema;
  const type = [other.type, "null"];
  return { ...other, ...rest, type, ...(Array.isArray(other.enum) && { enum: [...other.enum, null] }) };
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
