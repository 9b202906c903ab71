/** Examples made from schemas. */
import type { ApiDocument, Schema } from "./documents.ts";

const FORMATS: Readonly<Record<string, string>> = {
  uuid: "0198c2a4-7d3e-7b11-9c55-3f2a1e6d8b40",
  "date-time": "2030-01-31T09:00:00Z",
  date: "2030-01-31",
  email: "ana@example.com",
  uri: "https://files.example.com/",
};

/** The schema itself, or the one that it refers to. */
export function resolved(schema: Schema, document: ApiDocument): Schema {
  const [only, ...more] = schema.allOf ?? [];
  if (only && more.length === 0) return { ...resolved(only, document), ...schema };
  if (schema.$ref === undefined) return schema;
  const name = nameOf(schema.$ref);
  const target = document.components.schemas[name];
  if (!target) throw new Error(`${document.info.title} has no schema ${name}`);
  return target;
}

/** `Task` for `#/components/schemas/Task`. */
export function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

/**
 * A value that a schema describes.
 * @param which "needed" leaves out what may be left out, unless its schema has an example
 */
export function exampleOf(schema: Schema, document: ApiDocument, which: "all" | "needed" = "all"): unknown {
  const found = resolved(schema, document);
  const [first] = found.anyOf ?? [];
  if (found.example !== undefined) return found.example;
  if (found.enum) return found.enum[0];
  if (first) return exampleOf(first, document, which);
  if (found.type === "object") return exampleObject(found, document, which);
  if (found.type === "array") return found.items ? [exampleOf(found.items, document, which)] : [];
  if (found.type === "integer" || found.type === "number") return Math.max(1, found.minimum ?? 1);
  if (found.type === "boolean") return true;
  return FORMATS[found.format ?? ""] ?? "text";
}

function exampleObject(schema: Schema, document: ApiDocument, which: "all" | "needed"): object {
  const { properties = {}, required = [] } = schema;
  const shown = Object.entries(properties).filter(
    ([name, property]) =>
      which === "all" || required.includes(name) || resolved(property, document).example !== undefined,
  );
  // A change of nothing shows nobody how to change something.
  if (shown.length === 0 && which === "needed") return exampleObject(schema, document, "all");
  return Object.fromEntries(shown.map(([name, property]) => [name, exampleOf(property, document, which)]));
}
