/** Validates values against schemas of the published documents. */
import ajvDraft04 from "ajv-draft-04";
import * as z from "zod";
import type { ApiDocument, Schema } from "../../tools/openapi/documents.ts";

export type Validate = ((value: unknown) => boolean) & { readonly errors?: unknown };

const FORMATS = {
  uuid: z.regexes.uuid(),
  "date-time": z.regexes.datetime({}),
  date: z.regexes.date,
  email: z.regexes.email,
  uri: /^https?:\/\/\S+$/,
};

// Documents are OpenAPI 3.0, whose schemas are of draft 4 (`exclusiveMinimum` is a boolean).
const ajv = new ajvDraft04.default({ strict: false, formats: FORMATS });
const validators = new WeakMap<Schema, Validate>();

/** The validator of a schema that stands in a document; it is made once. */
export function documentValidator(schema: Schema, { components }: ApiDocument): Validate {
  const present = validators.get(schema);
  if (present) return present;
  const made: Validate = ajv.compile({ ...schema, components });
  validators.set(schema, made);
  return made;
}
