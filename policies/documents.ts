/** Policy documents and OpenAPI documents, as rules read them. */
import { type AnyDocument, type LocatedOperation, operationsOf } from "../tools/openapi/operations.ts";
import { isRecord, listOf, type Subject, textOf, valueAt } from "./stack.ts";

export interface Condition {
  /** Such as `StringEquals`, `ForAnyValue:StringLike`. */
  readonly operator: string;
  /** In lower case, as IAM does not tell cases of keys apart. */
  readonly key: string;
  readonly values: readonly string[];
}

export interface Statement {
  readonly effect: string;
  /** `*`, or what stands under `AWS`, `Service`, `Federated`. */
  readonly principals: readonly string[];
  /** Those of them that are services of AWS. */
  readonly services: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
  /** Whether it says what is excepted: `NotAction`, `NotResource`, `NotPrincipal`. */
  readonly negated: boolean;
}

/** The statements of the policy document at a path: a text, or a list of them. */
export function statementsOf(subject: Subject, path: string): readonly Statement[] {
  return listOf(valueAt(subject.json(path), "Statement")).map(statementOf);
}

function statementOf(statement: unknown): Statement {
  const texts = (name: string) => listOf(valueAt(statement, name)).map(textOf);
  const principal = valueAt(statement, "Principal");
  return {
    effect: textOf(valueAt(statement, "Effect")),
    principals: isRecord(principal)
      ? Object.values(principal).flatMap(listOf).map(textOf)
      : texts("Principal"),
    services: texts("Principal.Service"),
    actions: texts("Action"),
    resources: texts("Resource"),
    conditions: conditionsOf(valueAt(statement, "Condition")),
    negated: isRecord(statement) && Object.keys(statement).some((name) => name.startsWith("Not")),
  };
}

function conditionsOf(condition: unknown): readonly Condition[] {
  return Object.entries(isRecord(condition) ? condition : {}).flatMap(([operator, keys]) =>
    Object.entries(isRecord(keys) ? keys : {}).map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      values: listOf(values).map(String),
    })),
  );
}

/** The values that a statement demands for a key: what an operator compares for equality, and does not let pass when absent. */
export function demanded(statement: Statement, key: string): readonly string[] {
  return statement.conditions
    .filter((condition) => condition.key === key.toLowerCase() && EQUALITY.test(condition.operator))
    .filter(({ values }) => !values.includes("*"))
    .flatMap(({ values }) => values);
}

const EQUALITY = /^(ForAnyValue:)?(String|Arn)(Equals|Like|EqualsIgnoreCase)$/;

/** The operations of an API's OpenAPI document. */
export function apiOperations(api: Subject): readonly LocatedOperation[] {
  return operationsOf((api.json("body") ?? {}) as AnyDocument);
}
