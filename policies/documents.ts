/** Policy documents and OpenAPI documents, as rules read them. */
import { isRecord, listOf, type Subject, textOf, valueAt } from "./stack.ts";

export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** `*`, or what stands under `AWS`, `Service`, `Federated`. */
  readonly principals: readonly string[];
  readonly services: readonly string[];
  readonly condition: unknown;
}

/** The statements of the policy document at a path. */
export function statementsOf(subject: Subject, path: string): readonly Statement[] {
  return listOf(valueAt(subject.json(path), "Statement")).map((statement) => {
    const principal = valueAt(statement, "Principal");
    return {
      effect: textOf(valueAt(statement, "Effect")),
      actions: listOf(valueAt(statement, "Action")).map(textOf),
      resources: listOf(valueAt(statement, "Resource")).map(textOf),
      principals: isRecord(principal)
        ? Object.values(principal).flatMap(listOf).map(textOf)
        : listOf(principal).map(textOf),
      services: listOf(valueAt(principal, "Service")).map(textOf),
      condition: valueAt(statement, "Condition"),
    };
  });
}

/** Whether a condition names a key, under whatever operator. */
export function conditionHas(condition: unknown, key: string): boolean {
  return (
    isRecord(condition) &&
    Object.values(condition).some(
      (operator) =>
        isRecord(operator) && Object.keys(operator).some((name) => name.toLowerCase() === key.toLowerCase()),
    )
  );
}

/** Whether everybody is refused who does not come over TLS. */
export function refusesPlainText(statements: readonly Statement[]): boolean {
  return statements.some(
    ({ effect, principals, condition }) =>
      effect === "Deny" &&
      principals.includes("*") &&
      String(valueAt(condition, "Bool.aws:SecureTransport")) === "false",
  );
}

/** What is too open in a resource policy. */
export function opennessOf(statements: readonly Statement[]): readonly string[] {
  return statements.flatMap(({ effect, principals, actions, services, condition }) => {
    if (effect !== "Allow") return [];
    const bound = conditionHas(condition, "aws:SourceArn") || conditionHas(condition, "aws:SourceAccount");
    return [
      ...(principals.includes("*") && !conditionHas(condition, "aws:PrincipalOrgID")
        ? ["allows everybody"]
        : []),
      ...(actions.some((action) => action === "*") ? ["allows every action"] : []),
      ...(services.length > 0 && !bound ? [`lets ${services.join(", ")} act for any account`] : []),
    ];
  });
}

export interface Operation {
  /** Method and path, such as `POST /tasks`. */
  readonly title: string;
  readonly value: unknown;
  readonly integration: unknown;
}

/** The operations of an API's OpenAPI document, without the answers to preflight requests. */
export function operationsOf(api: Subject): readonly Operation[] {
  const paths = valueAt(api.json("body"), "paths");
  if (!isRecord(paths)) return [];
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(isRecord(methods) ? methods : {})
      .filter(([method]) => method !== "options" && method !== "parameters")
      .map(([method, value]) => ({
        title: `${method === "x-amazon-apigateway-any-method" ? "ANY" : method.toUpperCase()} ${path}`,
        value,
        integration: isRecord(value) ? value["x-amazon-apigateway-integration"] : undefined,
      })),
  );
}
