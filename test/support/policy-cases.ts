/** Policies put to the test: what statements say about one action on one resource. */
import { readPolicy } from "../../local/services/iam/documents.ts";
import { type Decision, evaluatePolicies } from "../../local/services/iam/evaluator.ts";
import type { Context } from "../../local/services/iam/variables.ts";

export const TABLE = "arn:aws:dynamodb:eu-west-1:000000000000:table/tasks";
export const OBJECT = "arn:aws:s3:::files/imports/2026/a.csv";

export interface Case {
  readonly says: string;
  /** Statements; `Effect` is Allow and `Resource` is `*` unless given. */
  readonly statements: readonly object[];
  readonly action?: string;
  readonly resource?: string;
  readonly context?: Context;
  readonly expected: Decision["effect"];
}

export const allow = (Action: string | string[], Resource: string | string[] = "*"): object => ({
  Action,
  Resource,
});
export const deny = (Action: string, Resource = "*"): object => ({ Effect: "Deny", Action, Resource });
export const when = (Condition: object): object => ({ Action: "dynamodb:GetItem", Condition });
export const denyWhen = (Condition: object): object => ({ ...when(Condition), Effect: "Deny" });
export const ANY = allow("*");

/** A policy variable, such as `aws:username`. */
export const variable = (name: string): string => `\${${name}}`;

/** The decision on `dynamodb:GetItem` on the table, or on what the case names. */
export function decide(testCase: Case): Decision {
  const { statements, action = "dynamodb:GetItem", resource = TABLE, context = {} } = testCase;
  const Statement = statements.map((statement) => ({
    Effect: "Allow",
    ...("NotResource" in statement ? {} : { Resource: "*" }),
    ...statement,
  }));
  return evaluatePolicies([readPolicy("p", { Version: "2012-10-17", Statement })], {
    action,
    resource,
    context,
  });
}
