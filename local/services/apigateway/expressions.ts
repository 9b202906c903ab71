/**
 * Expressions of parameter mappings: `'text'`, `method.request.header.X`, `context.requestId` …
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
 */
import { notSupported } from "../../core/errors.ts";
import { contextVariable } from "./context-variables.ts";
import type { Exchange } from "./exchange.ts";
import { headerOf } from "./incoming.ts";
import { compileJsonPath } from "./json-path.ts";

/** An answer of a backend, for the expressions that read it. */
export interface BackendAnswer {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** @returns undefined when there is no such value */
export type Expression = (exchange: Exchange, backend?: BackendAnswer) => string | undefined;

type Compile = (name: string) => Expression;

const COMPILERS: Readonly<Record<string, Compile>> = {
  "method.request.header.": (name) => (exchange) => headerOf(exchange.request, name),
  "method.request.querystring.": (name) => (exchange) => exchange.query?.single[name],
  "method.request.path.": (name) => (exchange) => exchange.pathParameters?.[name],
  "stageVariables.": (name) => (exchange) => exchange.stage.variables[name],
  "context.": (name) => (exchange) => asText(contextVariable(exchange, name)),
  "integration.response.header.": (name) => (_, backend) => backend?.headers[name.toLowerCase()],
  "integration.response.body.": (name) => bodyMember(`$.${name}`),
};

/** @throws AwsError NotImplemented, naming an expression that is not supported */
export function compileExpression(text: string): Expression {
  const constant = /^'(.*)'$/s.exec(text)?.[1];
  if (constant !== undefined) return () => constant;
  if (text === "method.request.body") return (exchange) => exchange.body.toString("utf8");
  if (text === "integration.response.body") return (_, backend) => backend?.body;
  for (const [prefix, compile] of Object.entries(COMPILERS))
    if (text.startsWith(prefix)) return compile(text.slice(prefix.length));
  throw notSupported("apigateway", `the mapping expression ${text}`);
}

/** The way to a variable of a gateway response or an access log. */
export function compileVariable(name: string): (exchange: Exchange) => unknown {
  if (!name.startsWith("context.")) return compileExpression(name);
  return (exchange) => contextVariable(exchange, name.slice("context.".length));
}

function bodyMember(path: string): Expression {
  const find = compileJsonPath(path);
  return (_, backend) => {
    try {
      return asText(find(JSON.parse(backend?.body ?? "")));
    } catch {
      return undefined;
    }
  };
}

function asText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
