/** The values of an event pattern: what a single field of an event is compared with. */
import { BlockList, isIP } from "node:net";
import { invalidPattern, isObject, type JsonObject } from "./matcher-errors.ts";

/** A field's condition. */
export interface ValueMatcher {
  /** Whether one value of the field satisfies it. */
  value(value: unknown): boolean;
  /** Whether the field's absence satisfies it. */
  readonly absent: boolean;
}

type Test = (value: unknown) => boolean;
type TextTest = (text: string) => boolean;
type Path = readonly string[];

/** Operators, and names kept for future ones: no alternative of `$or` may begin with them. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  ...["exactly", "prefix", "suffix", "anything-but", "exists", "equals-ignore-case", "wildcard", "numeric"],
  ...["cidr", "html", "regex", "=", "<", "<=", ">", ">=", "not-wildcard", "not-equals-ignore-case"],
  ...["date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"],
  ...["ip-address-in-range", "ip-address-not-in-range"],
]);

/** Numbers beyond this can be compared for equality only. */
const MAX_COMPARABLE = 5e9;

/** Compiles the array of a field; one of its items must be satisfied. */
export function compileValues(items: readonly unknown[], path: Path): ValueMatcher {
  if (items.length === 0) throw invalidPattern("Empty arrays are not allowed", path);
  const tests = items.map((item) => compileItem(item, path));
  return {
    value: (value) => tests.some((test) => test(value)),
    absent: items.some((item) => isObject(item) && item.exists === false),
  };
}

function compileItem(item: unknown, path: Path): Test {
  if (Array.isArray(item)) {
    throw invalidPattern("Match value must be String, number, true, false, or null", path);
  }
  if (!isObject(item)) return (value) => value === item;
  const { operator, operand } = single(item, path);
  const compile = OPERATORS[operator];
  if (!compile) throw invalidPattern(`Unrecognized match type ${operator}`, path);
  return compile(operand, path);
}

function single(expression: JsonObject, path: Path): { operator: string; operand: unknown } {
  const [operator, ...others] = Object.keys(expression);
  if (operator === undefined) throw invalidPattern("Match expression name not found", path);
  if (others.length > 0) throw invalidPattern("Only one key allowed in match expression", path);
  return { operator, operand: expression[operator] };
}

const OPERATORS: Readonly<Record<string, (operand: unknown, path: Path) => Test>> = {
  prefix: (operand, path) => onText(affix("prefix", operand, path)),
  suffix: (operand, path) => onText(affix("suffix", operand, path)),
  "equals-ignore-case": (operand, path) => onText(ignoringCase(operand, path)),
  wildcard: (operand, path) => onText(wildcard(operand, path)),
  "anything-but": anythingBut,
  exists: (operand, path) => {
    if (typeof operand !== "boolean") {
      throw invalidPattern("exists match pattern must be either true or false.", path);
    }
    return () => operand;
  },
  numeric,
  cidr,
};

function onText(test: TextTest): Test {
  return (value) => typeof value === "string" && test(value);
}

function textOf(name: string, operand: unknown, path: Path): string {
  if (typeof operand === "string") return operand;
  throw invalidPattern(`${name} match pattern must be a string`, path);
}

function affix(kind: "prefix" | "suffix", operand: unknown, path: Path): TextTest {
  if (isObject(operand)) {
    const inner = single(operand, path);
    if (inner.operator !== "equals-ignore-case") {
      throw invalidPattern(`Unsupported ${kind} pattern: ${inner.operator}`, path);
    }
    const test = affix(kind, fold(textOf("equals-ignore-case", inner.operand, path)), path);
    return (text) => test(fold(text));
  }
  const wanted = textOf(kind, operand, path);
  return kind === "prefix" ? (text) => text.startsWith(wanted) : (text) => text.endsWith(wanted);
}

function ignoringCase(operand: unknown, path: Path): TextTest {
  const wanted = fold(textOf("equals-ignore-case", operand, path));
  return (text) => fold(text) === wanted;
}

function fold(text: string): string {
  return text.toLowerCase();
}

/** `*` is any number of characters, `\*` an asterisk, `\\` a backslash. Takes linear time. */
function wildcard(operand: unknown, path: Path): TextTest {
  const pieces = wildcardPieces(textOf("wildcard", operand, path), path);
  const first = pieces[0] ?? "";
  const last = pieces.at(-1) ?? "";
  if (pieces.length === 1) return (text) => text === first;
  const middle = pieces.slice(1, -1);
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const piece of middle) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return at <= end;
  };
}

function wildcardPieces(pattern: string, path: Path): string[] {
  const pieces = [""];
  for (const [part] of pattern.matchAll(/\\.?|\*+|[^\\*]+/gs)) {
    if (part.startsWith("*")) {
      if (part.length > 1) throw invalidPattern("Consecutive wildcard characters are not allowed", path);
      pieces.push("");
      continue;
    }
    if (part.startsWith("\\") && part !== "\\\\" && part !== "\\*") {
      throw invalidPattern("Invalid escape character in the wildcard pattern", path);
    }
    pieces.push(`${pieces.pop() ?? ""}${part.startsWith("\\") ? part.slice(1) : part}`);
  }
  return pieces;
}

function anythingBut(operand: unknown, path: Path): Test {
  if (isObject(operand)) return anythingButMatching(operand, path);
  const excluded: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (excluded.length === 0) throw invalidPattern("Empty arrays are not allowed", path);
  const kinds = new Set(excluded.map((item) => typeof item));
  if (kinds.size > 1) {
    throw invalidPattern(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
      path,
    );
  }
  if (!kinds.has("string") && !kinds.has("number")) {
    throw invalidPattern("Value of anything-but must be an array or single string/number value.", path);
  }
  return (value) => !excluded.includes(value);
}

/** `anything-but` over an operator; its operand may be a list. */
function anythingButMatching(expression: JsonObject, path: Path): Test {
  const { operator, operand } = single(expression, path);
  const operands: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (operands.length === 0) throw invalidPattern("Empty arrays are not allowed", path);
  const compile = EXCLUSIONS[operator];
  if (!compile) throw invalidPattern(`Unsupported anything-but pattern: ${operator}`, path);
  const tests = operands.map((item) => compile(textOf(`anything-but ${operator}`, item, path), path));
  return (value) => typeof value !== "string" || !tests.some((test) => test(value));
}

const EXCLUSIONS: Readonly<Record<string, (operand: string, path: Path) => TextTest>> = {
  prefix: (operand, path) => affix("prefix", nonEmpty("prefix", operand, path), path),
  suffix: (operand, path) => affix("suffix", nonEmpty("suffix", operand, path), path),
  "equals-ignore-case": ignoringCase,
  wildcard,
};

function nonEmpty(name: string, text: string, path: Path): string {
  if (text === "") throw invalidPattern(`Null ${name} not allowed`, path);
  return text;
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

function numeric(operand: unknown, path: Path): Test {
  if (!Array.isArray(operand)) throw invalidPattern("Value of numeric must be an array.", path);
  const [operator, bound, second, top] = operand as unknown[];
  const range = operand.length === 4;
  if (operand.length !== 2 && !range) throw invalidPattern("Wrong number of elements in numeric", path);
  const lower = comparison(operator, bound, path);
  if (!range) return onNumber(lower);
  const isLower = operator === ">" || operator === ">=";
  if (!isLower || (second !== "<" && second !== "<=")) {
    throw invalidPattern("A numeric range is a lower bound and then an upper bound", path);
  }
  const upper = comparison(second, top, path);
  if (Number(bound) >= Number(top)) throw invalidPattern("Bottom must be less than top", path);
  return onNumber((value) => lower(value) && upper(value));
}

function comparison(operator: unknown, bound: unknown, path: Path): (value: number) => boolean {
  const compare = typeof operator === "string" ? COMPARISONS[operator] : undefined;
  if (!compare) throw invalidPattern(`Unrecognized numeric range operator: ${String(operator)}`, path);
  if (typeof bound !== "number") throw invalidPattern(`Value of ${String(operator)} must be numeric`, path);
  if (Math.abs(bound) > MAX_COMPARABLE) {
    throw invalidPattern("Value must be between -5.0E9 and 5.0E9, inclusive", path);
  }
  return (value) => compare(value, bound);
}

function onNumber(test: (value: number) => boolean): Test {
  return (value) => typeof value === "number" && Math.abs(value) <= MAX_COMPARABLE && test(value);
}

function cidr(operand: unknown, path: Path): Test {
  const [address = "", bits = "", ...rest] = textOf("cidr", operand, path).split("/");
  const version = isIP(address);
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (version === 0 || rest.length > 0 || prefix < 0 || prefix > (version === 4 ? 32 : 128)) {
    throw invalidPattern(`Malformed CIDR: ${String(operand)}`, path);
  }
  const family = version === 4 ? "ipv4" : "ipv6";
  const range = new BlockList();
  range.addSubnet(address, prefix, family);
  return onText((text) => isIP(text) === version && range.check(text, family));
}
