/** Holds every answer that end-to-end tests get against the OpenAPI document of the API that gave it. */
import { expect } from "chai";
import type { Graph } from "../../../local/core/graph.ts";
import { type ApiDocument, type Operation, publishedDocuments } from "../../../tools/openapi/documents.ts";
import { type LocatedOperation, operationsOf } from "../../../tools/openapi/operations.ts";
import { documentValidator } from "../../support/document-validator.ts";

/** What came back. */
export interface Received {
  readonly status: number;
  readonly contentType: string | null;
  /** Parsed JSON, or the text when it is none. */
  readonly body: unknown;
}

interface Api {
  readonly url: string;
  readonly document: ApiDocument;
  readonly operations: readonly (LocatedOperation<Operation> & { readonly pattern: RegExp })[];
}

let apis: readonly Api[] = [];
/** From now on answers of the program's APIs are checked. */
export function watchContracts(graph: Graph): void {
  apis = [...publishedDocuments(graph).values()].map((document) => ({
    url: document.servers[0]?.url ?? "",
    document,
    operations: operationsOf(document)
      .map((located) => ({ ...located, pattern: patternOf(located.path) }))
      // A path without parameters goes before one that would match it, too.
      .sort((one, other) => one.path.split("{").length - other.path.split("{").length),
  }));
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{[^}]+\}/g, "[^/]+")}$`);
}

/**
 * Whatever is not an API of the running program is left alone, and so are preflight requests.
 * @throws AssertionError when the document says something else
 */
export function expectAsDocumented(method: string, url: string, received: Received): void {
  const api = apis.find((one) => url.startsWith(`${one.url}/`));
  if (!api || method === "OPTIONS") return;
  const path = url.slice(api.url.length).replace(/[?#].*$/, "");
  const known = api.operations.find((one) => one.method === method && one.pattern.test(path));
  const { responses } = known?.operation ?? {};
  const { status, contentType, body } = received;
  const what = `${method} ${path} of ${api.document.info.title} answered ${status} ${JSON.stringify(body)}`;
  const documented = responses?.[status] ?? (status >= 400 ? PROBLEM : undefined);
  expect(documented, `${what}, which is not documented`).to.not.equal(undefined);
  const [type, schema] = Object.entries(documented?.content ?? {})[0] ?? [];
  if (type === undefined || schema === undefined) {
    expect(body, `${what}, and the document has no body`).to.equal("");
    return;
  }
  expect(contentType?.split(";")[0], what).to.equal(type);
  const validate = documentValidator(schema.schema, api.document);
  if (!validate(body)) expect.fail(`${what}: ${JSON.stringify(validate.errors)}`);
}

const PROBLEM = {
  description: "Any error.",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};
