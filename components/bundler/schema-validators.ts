import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import type * as z from "zod";
import type { JsonSchema } from "./schema-json.ts";
import { jsonSchemaOf } from "./schema-json.ts";

const RUNTIME = join(import.meta.dirname, "schema-runtime.ts");

/**
 * The source of a module that exports, in place of each zod schema, an object with its `safeParse`, and constants as
 * they are. Lengths of texts are counted in characters, as JSON Schema and API Gateway count them.
 * @throws Error naming the export that cannot be replaced, and why
 */
export function validatorsFor(exports: Readonly<Record<string, unknown>>): string {
  const formats = new Map<string, RegExp>();
  const schemas = new Map<string, JsonSchema>();
  const constants = new Map<string, string>();
  for (const [name, value] of Object.entries(exports)) {
    try {
      if (isSchema(value)) schemas.set(name, jsonSchemaOf(value, formats));
      else constants.set(name, literal(value));
    } catch (error) {
      throw new Error(`${name} ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const wrapped = [...schemas].map(
    ([name, schema], index) =>
      `const schema_${index} = /* @__PURE__ */ precompiled(validator_${index}, ${fillsIn(schema)});\nexport { schema_${index} as ${name} };`,
  );
  const plain = [...constants].map(
    ([name, text], index) => `const constant_${index} = ${text};\nexport { constant_${index} as ${name} };`,
  );
  return [
    `import { precompiled } from ${JSON.stringify(RUNTIME)};`,
    compile([...schemas], formats),
    ...wrapped,
    ...plain,
  ].join("\n");
}

/** Exports `validator_0`, `validator_1` … in the order of the schemas. */
function compile(
  schemas: readonly (readonly [string, JsonSchema])[],
  formats: ReadonlyMap<string, RegExp>,
): string {
  const ajv = new Ajv({
    allErrors: true,
    useDefaults: true,
    discriminator: true,
    messages: false,
    strict: true,
    allowUnionTypes: true,
    code: { source: true, esm: true, lines: false, optimize: 2 },
  });
  for (const [name, expression] of formats) ajv.addFormat(name, expression);
  for (const [index, [name, schema]] of schemas.entries()) {
    try {
      ajv.addSchema(schema, `schema_${index}`);
      ajv.getSchema(`schema_${index}`);
    } catch (error) {
      throw new Error(
        `${name} cannot be compiled: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  const names = schemas.map((_, index) => [`validator_${index}`, `schema_${index}`]);
  return standalone.default(ajv, Object.fromEntries(names));
}

function isSchema(value: unknown): value is z.ZodType {
  return typeof value === "object" && value !== null && "_zod" in value;
}

/** A validator that knows defaults changes what it checks. */
function fillsIn(schema: JsonSchema): boolean {
  return JSON.stringify(schema).includes('"default":');
}

function literal(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text !== undefined && isDeepStrictEqual(JSON.parse(text), value)) return text;
  throw new Error(
    "is neither a schema nor a plain constant, which is all that a module of schemas may export",
  );
}
