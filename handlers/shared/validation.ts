/** Checks what comes from outside against a schema and the rules of texts. */
import type { Mistake } from "./problem.ts";
import { badRequest } from "./problem.ts";
import type { ApiRequest } from "./request.ts";
import { normalised, textMistake } from "./text.ts";

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string;
}

/** The part of a zod schema that is needed at run time; a precompiled validator has it, too. */
export interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

export interface TextOptions {
  /** Properties whose text may have line breaks and tabs. @default none */
  readonly multiline?: readonly string[];
}

/**
 * A value in the schema's form, its texts in normalisation form C.
 * @throws Problem 400 with every mistake
 */
export function parse<T>(schema: Schema<T>, value: unknown, options: TextOptions = {}): T {
  const checked = check(schema, value, options);
  if ("mistakes" in checked) throw badRequest("The request is not valid.", checked.mistakes);
  return checked.data;
}

/** Like `parse`, for callers that go on after a mistake. */
export function check<T>(
  schema: Schema<T>,
  value: unknown,
  { multiline = [] }: TextOptions = {},
): { readonly data: T } | { readonly mistakes: readonly Mistake[] } {
  const parsed = schema.safeParse(value);
  if (!parsed.success) return { mistakes: parsed.error.issues.map(toMistake) };
  const mistakes: Mistake[] = [];
  const data = mapTexts(parsed.data, [], (text, path) => {
    const detail = textMistake(text, multiline.includes(String(path.at(-1))));
    if (detail !== undefined) mistakes.push({ pointer: pointerOf(path), detail, code: "invalid_text" });
    return normalised(text);
  });
  return mistakes.length > 0 ? { mistakes } : { data: data as T };
}

/**
 * The query parameters in the schema's form.
 * @param integers parameters that the schema takes as whole numbers
 * @throws Problem 400 with every mistake, an unknown or repeated parameter among them
 */
export function parseQuery<T>(schema: Schema<T>, request: ApiRequest, integers: readonly string[] = []): T {
  const values = [...request.query].map(([name, [value = "", ...repeated]]) => {
    if (repeated.length > 0) return [name, [value, ...repeated]] as const;
    return [name, integers.includes(name) && /^-?\d{1,15}$/.test(value) ? Number(value) : value] as const;
  });
  const checked = check(schema, Object.fromEntries(values));
  if ("data" in checked) return checked.data;
  const errors = checked.mistakes.map(({ pointer = "", ...mistake }) => ({
    parameter: pointer.slice(1),
    ...mistake,
  }));
  throw badRequest("The query parameters are not valid.", errors);
}

function toMistake({ path, message, code }: Issue): Mistake {
  return { pointer: pointerOf(path), detail: message, ...(code !== undefined && { code }) };
}

/** https://www.rfc-editor.org/rfc/rfc6901 */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

type Path = readonly PropertyKey[];

function mapTexts(value: unknown, path: Path, change: (text: string, path: Path) => string): unknown {
  if (typeof value === "string") return change(value, path);
  if (Array.isArray(value)) return value.map((part, index) => mapTexts(part, [...path, index], change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, mapTexts(part, [...path, name], change)]),
  );
}
