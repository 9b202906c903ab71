/**
 * Expressions that take values from a request: `$request.body.id`, `$request.header.X`, `${context.requestId}` in a text.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
 */
import { notSupported } from "../../core/errors.ts";
import { headerOf } from "../apigateway/incoming.ts";
import { compileJsonPath } from "../apigateway/json-path.ts";
import { contextVariable } from "./context-variables.ts";
import type { HttpExchange } from "./exchange.ts";

/** @returns undefined when the request has no such value */
export type Selection = (exchange: HttpExchange) => string | undefined;

const NAME = String.raw`(?:request|context|stageVariables)(?:\.[\w:\-\[\]]+)+`;
const WHOLE = new RegExp(String.raw`^\$(${NAME})$`);
const EMBEDDED = new RegExp(String.raw`\$\{(${NAME})\}`, "g");

const PREFIXES: Readonly<Record<string, (name: string) => Selection>> = {
  "request.header.": (name) => (exchange) => headerOf(exchange.request, name),
  "request.querystring.": (name) => (exchange) => exchange.query?.multi[name]?.join(","),
  "request.path.": (name) => (exchange) => exchange.pathParameters?.[name],
  "request.body.": bodyMember,
  "stageVariables.": (name) => (exchange) => exchange.stage.variables[name],
  "context.": (name) => {
    const value = contextVariable(name);
    return (exchange) => textOf(value(exchange));
  },
};

/** @throws AwsError NotImplemented, naming an expression that is not supported */
export function compileSelection(text: string): Selection {
  const whole = WHOLE.exec(text)?.[1];
  if (whole !== undefined) return compileName(whole);
  const parts: (string | Selection)[] = [];
  let end = 0;
  for (const match of text.matchAll(EMBEDDED)) {
    parts.push(text.slice(end, match.index), compileName(match[1] ?? ""));
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return (exchange) =>
    parts.map((part) => (typeof part === "string" ? part : (part(exchange) ?? ""))).join("");
}

function compileName(name: string): Selection {
  if (name === "request.body") return ({ body }) => (body.length > 0 ? body.toString("utf8") : undefined);
  if (name === "request.path") return (exchange) => exchange.rawPath;
  for (const [prefix, compile] of Object.entries(PREFIXES))
    if (name.startsWith(prefix)) return compile(name.slice(prefix.length));
  throw notSupported("apigatewayv2", `the expression $${name}`);
}

function bodyMember(path: string): Selection {
  const find = compileJsonPath(`$.${path}`);
  return ({ body }) => {
    try {
      return textOf(find(JSON.parse(body.toString("utf8"))));
    } catch {
      return undefined;
    }
  };
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
