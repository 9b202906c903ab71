/**
 * IAM policy documents, read once into a form that is quick to evaluate.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { UserError } from "../../core/errors.ts";

/** One condition: `{ "StringEquals": { "aws:SourceArn": ["…"] } }` is one of them. */
export interface Condition {
  /** As written, such as `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** A statement's principals by kind (`AWS`, `Service`, …); `*` alone stands for everybody. */
export type Principals = "*" | Readonly<Record<string, readonly string[]>>;

export interface Statement {
  /** The `Sid`, or the statement's number in its policy, counted from 1. */
  readonly id: string;
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  /** True for `NotAction`. */
  readonly exceptActions: boolean;
  /** Undefined where a policy names no resource, as trust policies do. */
  readonly resources: readonly string[] | undefined;
  /** True for `NotResource`. */
  readonly exceptResources: boolean;
  readonly principals: Principals | undefined;
  /** True for `NotPrincipal`. */
  readonly exceptPrincipals: boolean;
  readonly conditions: readonly Condition[];
}

export interface Policy {
  /** What the log and the usage report call it. */
  readonly name: string;
  readonly statements: readonly Statement[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a policy document, given as JSON text or as the object itself.
 * @throws UserError when it is not a policy document
 */
export function readPolicy(name: string, document: unknown): Policy {
  const content = typeof document === "string" ? parse(name, document) : document;
  const statements = isObject(content) ? content.Statement : undefined;
  if (statements === undefined) throw malformed(name, "it has no Statement");
  const list = Array.isArray(statements) ? statements : [statements];
  return { name, statements: list.map((statement, index) => readStatement(name, statement, index + 1)) };
}

function readStatement(policy: string, statement: unknown, number: number): Statement {
  if (!isObject(statement)) throw malformed(policy, `statement ${number} is not an object`);
  const { Sid, Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal } = statement;
  if (Effect !== "Allow" && Effect !== "Deny") {
    throw malformed(policy, `statement ${number} has no Effect "Allow" or "Deny"`);
  }
  const actions = Action ?? NotAction;
  if (actions === undefined) throw malformed(policy, `statement ${number} has no Action`);
  const resources = Resource ?? NotResource;
  return {
    id: typeof Sid === "string" && Sid !== "" ? Sid : String(number),
    effect: Effect,
    actions: strings(actions),
    exceptActions: Action === undefined,
    resources: resources === undefined ? undefined : strings(resources),
    exceptResources: Resource === undefined && NotResource !== undefined,
    principals: readPrincipals(Principal ?? NotPrincipal),
    exceptPrincipals: Principal === undefined && NotPrincipal !== undefined,
    conditions: readConditions(statement.Condition),
  };
}

function readPrincipals(principals: unknown): Principals | undefined {
  if (principals === "*") return "*";
  if (!isObject(principals)) return undefined;
  return Object.fromEntries(Object.entries(principals).map(([kind, values]) => [kind, strings(values)]));
}

function readConditions(conditions: unknown): Condition[] {
  if (!isObject(conditions)) return [];
  return Object.entries(conditions).flatMap(([operator, keys]) =>
    isObject(keys)
      ? Object.entries(keys).map(([key, values]) => ({ operator, key, values: strings(values) }))
      : [],
  );
}

function strings(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(name, "it is not valid JSON");
  }
}

function malformed(name: string, reason: string): UserError {
  return new UserError(`The policy ${name} is not an IAM policy document: ${reason}.`);
}
