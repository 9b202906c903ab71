/**
 * Condition operators of policies.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { BlockList, isIP } from "node:net";
import type { Condition } from "./documents.ts";
import { type Context, contextValue, substitute } from "./variables.ts";
import { matchesArn, matchesPattern } from "./wildcards.ts";

/** Whether a condition holds, and what is worth saying when it does not. */
export interface ConditionResult {
  readonly holds: boolean;
  /** Why it could not be told: an unknown operator, a missing key. */
  readonly note?: string;
  /** True when the operator is not one of those known here. */
  readonly unknownOperator?: boolean;
}

interface Operator {
  readonly test: (wanted: string, given: string) => boolean;
  /** Negated operators hold when no value matches, and when the key is missing. */
  readonly negated?: boolean;
}

const equal = (wanted: string, given: string): boolean => wanted === given;
const equalIgnoringCase = (wanted: string, given: string): boolean =>
  wanted.toLowerCase() === given.toLowerCase();
const like = (wanted: string, given: string): boolean => matchesPattern(wanted, given);

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["stringequals", { test: equal }],
  ["stringnotequals", { test: equal, negated: true }],
  ["stringequalsignorecase", { test: equalIgnoringCase }],
  ["stringnotequalsignorecase", { test: equalIgnoringCase, negated: true }],
  ["stringlike", { test: like }],
  ["stringnotlike", { test: like, negated: true }],
  ["arnequals", { test: matchesArn }],
  ["arnlike", { test: matchesArn }],
  ["arnnotequals", { test: matchesArn, negated: true }],
  ["arnnotlike", { test: matchesArn, negated: true }],
  ["bool", { test: equalIgnoringCase }],
  ["ipaddress", { test: inNetwork }],
  ["notipaddress", { test: inNetwork, negated: true }],
  ["binaryequals", { test: equal }],
  ...ordered("numeric", Number),
  ...ordered("date", instant),
]);

function ordered(kind: string, read: (text: string) => number): [string, Operator][] {
  return [
    [`${kind}equals`, { test: (wanted, given) => read(given) === read(wanted) }],
    [`${kind}notequals`, { test: (wanted, given) => read(given) === read(wanted), negated: true }],
    [`${kind}lessthan`, { test: (wanted, given) => read(given) < read(wanted) }],
    [`${kind}lessthanequals`, { test: (wanted, given) => read(given) <= read(wanted) }],
    [`${kind}greaterthan`, { test: (wanted, given) => read(given) > read(wanted) }],
    [`${kind}greaterthanequals`, { test: (wanted, given) => read(given) >= read(wanted) }],
  ];
}

/** Milliseconds of an ISO time or of seconds since the epoch. */
function instant(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

function inNetwork(network: string, address: string): boolean {
  const family = (text: string): "ipv4" | "ipv6" => (isIP(text) === 6 ? "ipv6" : "ipv4");
  const [base = "", bits] = network.split("/");
  if (isIP(base) === 0 || isIP(address) === 0) return false;
  const block = new BlockList();
  if (bits === undefined) block.addAddress(base, family(base));
  else block.addSubnet(base, Number(bits), family(base));
  return block.check(address, family(address));
}

/** Whether the condition holds in the context of a call. */
export function checkCondition(condition: Condition, context: Context): ConditionResult {
  const [, set, name, ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/i.exec(condition.operator) ?? [];
  const given = contextValue(condition.key, context);
  if (name?.toLowerCase() === "null") {
    return { holds: condition.values.includes(String(given === undefined)) };
  }
  const operator = OPERATORS.get(name?.toLowerCase() ?? "");
  if (!operator) {
    return {
      ...unknown(`the condition operator ${condition.operator} is not supported`),
      unknownOperator: true,
    };
  }
  const wanted = condition.values.map((value) => substitute(value, context));
  const missing = wanted.find((value) => value.missing !== undefined)?.missing;
  if (missing !== undefined) return unknown(`the policy variable \${${missing}} has no value in this call`);
  if (given === undefined) return withoutKey(condition.key, operator, set, ifExists !== undefined);
  const values = typeof given === "string" ? [given] : given;
  const matches = (value: string): boolean => {
    const found = wanted.some(({ text }) => operator.test(text, value));
    return operator.negated ? !found : found;
  };
  const everyValue =
    set?.toLowerCase() === "forallvalues" || (set === undefined && operator.negated === true);
  return { holds: everyValue ? values.every(matches) : values.some(matches) };
}

function withoutKey(
  key: string,
  operator: Operator,
  set: string | undefined,
  ifExists: boolean,
): ConditionResult {
  if (ifExists || set?.toLowerCase() === "forallvalues") return { holds: true };
  if (operator.negated && set === undefined) return { holds: true };
  return unknown(`the condition key ${key} has no value in this call`);
}

function unknown(note: string): ConditionResult {
  return { holds: false, note };
}
