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
  readonly multiline?: readonly string[] | "all";
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
  const refuse = (path: Path, detail: string | undefined, code: string) => {
    if (detail !== undefined) mistakes.push({ pointer: pointerOf(path), detail, code });
  };
  const data = mapLeaves(parsed.data, [], (leaf, path) => {
    if (typeof leaf === "number") refuse(path, numberMistake(leaf), "invalid_number");
    if (typeof leaf === "object" && leaf !== null) refuse(path, TOO_DEEP, "too_deep");
    if (typeof leaf !== "string") return leaf;
    const canHaveLines = multiline === "all" || multiline.includes(String(path.at(-1)));
    refuse(path, textMistake(leaf, canHaveLines), "invalid_text");
    return normalised(leaf);
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

/** Deeper values are refused: DynamoDB takes 32 levels, with those of the item around them. */
const MAX_DEPTH = 20;
const TOO_DEEP = `must not be nested deeper than ${MAX_DEPTH} levels`;

/** DynamoDB's numbers: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
const SMALLEST = 1e-130;
const LARGEST = 9.9e125;

/** What is wrong with a number, for a person; undefined when nothing is. */
function numberMistake(number: number): string | undefined {
  const size = Math.abs(number);
  if (number === 0 || (size >= SMALLEST && size <= LARGEST)) return undefined;
  return `must be 0 or a number between ${SMALLEST} and ${LARGEST}, of either sign`;
}

/** @param change gets texts, numbers, truth values and null, and what is nested too deep */
function mapLeaves(value: unknown, path: Path, change: (leaf: unknown, path: Path) => unknown): unknown {
  if (typeof value !== "object" || value === null || path.length > MAX_DEPTH) return change(value, path);
  if (Array.isArray(value)) return value.map((part, index) => mapLeaves(part, [...path, index], change));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, mapLeaves(part, [...path, name], change)]),
  );
}
