/** What a change of a JSON schema means for those who use it. */
import { record } from "../diagram/properties.ts";

export interface ApiChange {
  /** Whether a client that was right before may be wrong now. */
  readonly breaking: boolean;
  readonly text: string;
}

/** Whose values the schema describes: those that clients send, or those that they get. */
export type Direction = "sent" | "answered";

type Schema = Readonly<Record<string, unknown>>;

/** Resolves references within its document. */
export type Resolve = (schema: unknown) => Schema;

interface Compared {
  readonly before: Schema;
  readonly after: Schema;
  readonly path: string;
  readonly direction: Direction;
}

/** Keywords that allow less when they grow, and those that allow more. */
const FLOORS = ["minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties"];
const CEILINGS = ["maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties"];

/** Keywords that are not looked into. */
const OTHERS = ["anyOf", "oneOf", "allOf", "not", "if"];

/** Deeper is a schema that refers to itself. */
const DEEPEST = 12;

/** @param resolves of the document before, and of the one after */
export function schemaChanges(
  before: unknown,
  after: unknown,
  path: string,
  direction: Direction,
  resolves: readonly [Resolve, Resolve],
  depth = 0,
): ApiChange[] {
  const compared = { before: resolves[0](before), after: resolves[1](after), path, direction };
  if (depth > DEEPEST || JSON.stringify(compared.before) === JSON.stringify(compared.after))
    return depth > DEEPEST || !hasReferences(compared.before) ? [] : below(compared, resolves, depth);
  return [
    ...typeChanges(compared),
    ...enumChanges(compared),
    ...limitChanges(compared),
    ...requiredChanges(compared),
    ...otherChanges(compared),
    ...below(compared, resolves, depth),
  ];
}

/** What stands below may have changed behind a reference. */
function hasReferences(schema: Schema): boolean {
  return JSON.stringify(schema).includes('"$ref"');
}

function below(compared: Compared, resolves: readonly [Resolve, Resolve], depth: number): ApiChange[] {
  const { before, after, path, direction } = compared;
  const old = record(before.properties);
  const current = record(after.properties);
  const both = Object.keys(old).filter((name) => name in current);
  const deeper = (one: unknown, other: unknown, at: string) =>
    schemaChanges(one, other, at, direction, resolves, depth + 1);
  return [
    ...propertyNames(compared, Object.keys(old), Object.keys(current)),
    ...both.flatMap((name) => deeper(old[name], current[name], `${path}.${name}`)),
    ...(before.items && after.items ? deeper(before.items, after.items, `${path}[]`) : []),
  ];
}

function propertyNames(
  { after, path, direction }: Compared,
  old: readonly string[],
  current: readonly string[],
): ApiChange[] {
  const added = current.filter((name) => !old.includes(name));
  const removed = old.filter((name) => !current.includes(name));
  const required = new Set(stringsIn(after.required));
  // What is required and new is told among what is required.
  const told = direction === "sent" ? added.filter((name) => !required.has(name)) : added;
  const refuses = direction === "answered" || after.additionalProperties === false;
  return [
    ...told.map((name) => ({ breaking: false, text: `${path}.${name} is new` })),
    ...removed.map((name) => ({ breaking: refuses, text: `${path}.${name} is no more` })),
  ];
}

function typeChanges({ before, after, path, direction }: Compared): ApiChange[] {
  const [old, current] = [stringsIn(before.type), stringsIn(after.type)];
  if (old.length === 0 && current.length === 0) return [];
  const [wide, narrow] = direction === "sent" ? [current, old] : [old, current];
  if (old.toSorted().join() === current.toSorted().join()) return [];
  // A number takes every integer.
  const covers = (type: string) => wide.includes(type) || (type === "integer" && wide.includes("number"));
  const isWider = wide.length === 0 || (narrow.length > 0 && narrow.every(covers));
  return [{ breaking: !isWider, text: `${path} is ${nameOf(current)} instead of ${nameOf(old)}` }];
}

function enumChanges({ before, after, path, direction }: Compared): ApiChange[] {
  const [old, current] = [valuesOf(before), valuesOf(after)];
  if (old === undefined && current === undefined) return [];
  const limits = (breaking: boolean, text: string) => ({ breaking, text: `${path} ${text}` });
  if (old === undefined) return [limits(direction === "sent", `takes only ${current?.join(", ")} now`)];
  if (current === undefined) return [limits(direction === "answered", "takes any value now")];
  const gone = old.filter((value) => !current.includes(value));
  const added = current.filter((value) => !old.includes(value));
  return [
    ...gone.map((value) => limits(direction === "sent", `can no more be ${value}`)),
    ...added.map((value) => limits(direction === "answered", `can be ${value}, too`)),
  ];
}

function limitChanges({ before, after, path, direction }: Compared): ApiChange[] {
  const told = (keyword: string, isNarrower: boolean): ApiChange => ({
    breaking: direction === "sent" && isNarrower,
    text: `${path} has ${keyword} ${shown(after[keyword])} instead of ${shown(before[keyword])}`,
  });
  const changed = (keyword: string) => before[keyword] !== after[keyword];
  const number = (value: unknown, otherwise: number) => (typeof value === "number" ? value : otherwise);
  return [
    ...FLOORS.filter(changed).map((keyword) =>
      told(keyword, number(after[keyword], -Infinity) > number(before[keyword], -Infinity)),
    ),
    ...CEILINGS.filter(changed).map((keyword) =>
      told(keyword, number(after[keyword], Infinity) < number(before[keyword], Infinity)),
    ),
    ...["pattern", "format", "multipleOf", "const"]
      .filter(changed)
      .map((keyword) => told(keyword, after[keyword] !== undefined)),
    ...(after.additionalProperties === false && before.additionalProperties !== false
      ? [{ breaking: direction === "sent", text: `${path} takes no other properties now` }]
      : []),
  ];
}

function requiredChanges({ before, after, path, direction }: Compared): ApiChange[] {
  const [old, current] = [stringsIn(before.required), stringsIn(after.required)];
  const isSent = direction === "sent";
  return [
    ...current
      .filter((name) => !old.includes(name))
      .map((name) => ({ breaking: isSent, text: `${path}.${name} is required now` })),
    ...old
      .filter((name) => !current.includes(name) && (isSent || name in record(after.properties)))
      .map((name) => ({ breaking: !isSent, text: `${path}.${name} is not required any more` })),
  ];
}

/** Held to be breaking, since nobody looked. */
function otherChanges({ before, after, path }: Compared): ApiChange[] {
  return OTHERS.filter((keyword) => JSON.stringify(before[keyword]) !== JSON.stringify(after[keyword])).map(
    (keyword) => ({ breaking: true, text: `${path} has another ${keyword}: see for yourself what it means` }),
  );
}

function valuesOf(schema: Schema): string[] | undefined {
  return Array.isArray(schema.enum) ? schema.enum.map((value) => JSON.stringify(value)) : undefined;
}

function stringsIn(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

function nameOf(types: readonly string[]): string {
  return types.length === 0 ? "anything" : types.join(" or ");
}

function shown(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}
