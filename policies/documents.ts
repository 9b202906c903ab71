/** Policy documents and OpenAPI documents, as rules read them. */
import { isRecord, listOf, type Subject, textOf, valueAt } from "./stack.ts";

export interface Statement {
  /** `*`, or what stands under `AWS`, `Service`, `Federated`. */
  readonly principals: readonly string[];
}

/** The statements of the policy document at a path. */
export function statementsOf(subject: Subject, path: string): readonly Statement[] {
  return listOf(valueAt(subject.json(path), "Statement")).map((statement) => {
    const principal = valueAt(statement, "Principal");
    return {
      principals: isRecord(principal)
        ? Object.values(principal).flatMap(listOf).map(textOf)
        : listOf(principal).map(textOf),
    };
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
