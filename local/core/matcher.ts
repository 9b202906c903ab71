/**
 * Event patterns of Amazon EventBridge; Lambda's filter criteria are the same language.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */

import { invalidPattern, isObject, type JsonObject } from "./matcher-errors.ts";
import { compileValues, RESERVED_NAMES, type ValueMatcher } from "./matcher-values.ts";

/** Whether a part of an event matches; `root` is the whole event. */
type Node = (part: JsonObject, root: JsonObject) => boolean;

const OR = "$or";
const NOTHING: JsonObject = {};

/**
 * Compiles an event pattern once, to test many events with it.
 * All fields of the pattern must match, each by any of its values. In an array of objects one element must match all
 * of the fields that the pattern asks of it.
 * @param pattern the pattern, or its JSON text
 * @returns whether an event matches
 * @throws AwsError InvalidEventPatternException, saying what is wrong and where
 */
export function compilePattern(pattern: unknown): (event: unknown) => boolean {
  const parsed = typeof pattern === "string" ? parse(pattern) : pattern;
  if (!isObject(parsed)) throw invalidPattern("Filter is not an object", []);
  const node = compileObject(parsed, []);
  return (event) => isObject(event) && node(event, event);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidPattern(`Filter is not valid JSON: ${(error as Error).message}`, []);
  }
}

function compileObject(pattern: JsonObject, path: readonly string[]): Node {
  const names = Object.keys(pattern);
  if (names.length === 0) throw invalidPattern("Empty objects are not allowed", path);
  const nodes = names.map((name) => compileMember(name, pattern[name], path));
  return (part, root) => nodes.every((node) => node(part, root));
}

function compileMember(name: string, member: unknown, path: readonly string[]): Node {
  if (name === OR && isAlternatives(member)) {
    const nodes = member.map((alternative) => compileObject(alternative, path));
    return (part, root) => nodes.some((node) => node(part, root));
  }
  const inner = [...path, name];
  if (Array.isArray(member)) return compileLeaf(name, compileValues(member, inner), inner);
  if (!isObject(member)) throw invalidPattern(`"${name}" must be an object or an array`, path);
  const node = compileObject(member, inner);
  return (part, root) => objectsIn(memberOf(part, name)).some((object) => node(object, root));
}

/** `$or` is an operator only when it can be nothing else, so that old patterns may have a field of this name. */
function isAlternatives(member: unknown): member is readonly JsonObject[] {
  return (
    Array.isArray(member) &&
    member.length >= 2 &&
    member.every((item) => isObject(item) && !Object.keys(item).some((name) => RESERVED_NAMES.has(name)))
  );
}

function compileLeaf(name: string, matches: ValueMatcher, path: readonly string[]): Node {
  return (part, root) => {
    const values = leavesOf(memberOf(part, name));
    if (values.length > 0) return values.some((value) => matches.value(value));
    return matches.absent && !exists(root, path);
  };
}

/** Whether any leaf stands at a path, in whatever element of the arrays on the way. */
function exists(root: JsonObject, path: readonly string[]): boolean {
  const parents = path.slice(0, -1);
  let objects: readonly JsonObject[] = [root];
  for (const name of parents) objects = objects.flatMap((object) => objectsIn(memberOf(object, name)));
  return objects.some((object) => leavesOf(memberOf(object, path.at(-1) ?? "")).length > 0);
}

function memberOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The objects that a value stands for; without any, an empty one, in which every field is absent. */
function objectsIn(value: unknown): readonly JsonObject[] {
  if (isObject(value)) return [value];
  if (!Array.isArray(value)) return [NOTHING];
  const objects = value.flat(Number.POSITIVE_INFINITY).filter(isObject);
  return objects.length > 0 ? objects : [NOTHING];
}

/** The values of a field: itself, or what an array holds. */
function leavesOf(value: unknown): readonly unknown[] {
  if (value === undefined || isObject(value)) return [];
  if (!Array.isArray(value)) return [value];
  return value.flat(Number.POSITIVE_INFINITY).filter((item) => !isObject(item));
}
