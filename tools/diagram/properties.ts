/** Reading properties of resources whose shape is not known. */

/** A text somewhere in a property, with the names of the properties on the way to it. */
export interface Found {
  readonly path: readonly string[];
  readonly text: string;
}

/** An object's members; none for anything else. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Every text in a value, at any depth; documents that are JSON in a text are looked into. */
export function textsIn(value: unknown, path: readonly string[] = []): Found[] {
  if (typeof value === "string") {
    const document = /^\s*[{[]/.test(value) ? parsed(value) : undefined;
    return document === undefined ? [{ path, text: value }] : textsIn(document, path);
  }
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, path));
  return Object.entries(record(value)).flatMap(([name, item]) => textsIn(item, [...path, name]));
}

/** What a JSON text says; undefined when it is none. */
export function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
