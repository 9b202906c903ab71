/** The schemas of a document that have names: `components.schemas`. */
import { isDeepStrictEqual } from "node:util";
import type * as z from "zod";
import type { JsonSchema } from "./schema.ts";
import { publicSchema } from "./schema.ts";

/** Collects the named schemas of a document while its operations are written. */
export class NamedSchemas {
  readonly #schemas: Map<string, JsonSchema>;

  constructor(schemas: Readonly<Record<string, JsonSchema>>) {
    this.#schemas = new Map(Object.entries(schemas));
  }

  /**
   * The schema as it stands in an operation: a reference when it has a name.
   * @param name for a schema without an `id`; without one it stands where it is used
   * @throws Error when another schema has the name
   */
  use(source: z.ZodType, io: "input" | "output", name?: string): JsonSchema {
    const { schema, named } = publicSchema(source, io);
    for (const [known, part] of Object.entries(named)) this.#add(known, part);
    if (name === undefined || "$ref" in schema) return schema;
    this.#add(name, schema);
    return { $ref: `#/components/schemas/${name}` };
  }

  #add(name: string, schema: JsonSchema): void {
    const present = this.#schemas.get(name);
    if (present !== undefined && !isDeepStrictEqual(present, schema))
      throw new Error(`two schemas have the name ${name}; give one of them another id`);
    this.#schemas.set(name, schema);
  }

  /** All of them, by name, in the order of names. */
  all(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#schemas].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}
