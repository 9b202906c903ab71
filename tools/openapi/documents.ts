/** The OpenAPI documents that the APIs of a program publish. */
import type { Graph } from "../../local/core/graph.ts";

/** A JSON schema as the documents have them. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly example?: unknown;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

export interface ApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly description: string; readonly version: string };
  readonly servers: readonly { readonly url: string; readonly variables?: object }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes?: Readonly<Record<string, object>>;
  };
}

const API_SUFFIX = "-api";

/** What the APIs of a program publish about themselves, by the name of their system; each names its own URL. */
export function publishedDocuments(graph: Graph): ReadonlyMap<string, ApiDocument> {
  const published = graph.resources.flatMap(({ custom, name, outputs }) =>
    !custom && name.endsWith(API_SUFFIX) && typeof outputs.document === "string"
      ? [[name.slice(0, -API_SUFFIX.length), JSON.parse(outputs.document) as ApiDocument] as const]
      : [],
  );
  return new Map(published);
}

/** A document with a placeholder for the URL, which every stack has of its own. */
export function withoutUrl(system: string, document: ApiDocument): ApiDocument {
  const description = `The stack output ${system}ApiUrl.`;
  const variables = { baseUrl: { default: `https://${system}.example.com/v1`, description } };
  return { ...document, servers: [{ url: "{baseUrl}", variables }] };
}
