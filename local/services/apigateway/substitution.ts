/**
 * Templates of gateway responses and access logs: variables are put in, and no more than that.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/customize-gateway-responses.html
 */
import { contextVariable } from "./context-variables.ts";
import type { Exchange } from "./exchange.ts";
import { compileExpression } from "./expressions.ts";

export type Substitution = (exchange: Exchange) => string;

export interface SubstitutionOptions {
  /** What stands for a variable without a value. */
  readonly missing: string;
  /** Whether values go into JSON strings. They are escaped for them; `messageString` brings its own quotes. */
  readonly json: boolean;
}

const NAME = String.raw`(?:context|stageVariables)(?:\.\w+)+|method\.request\.(?:header|querystring|path)\.[\w-]+`;

/** `$name` or `${name}`. */
const VARIABLE = new RegExp(String.raw`\$(?:\{(${NAME})\}|(${NAME}))`, "g");

/** @param template text with `$context.…`, `$stageVariables.…` and `$method.request.…` */
export function compileSubstitution(template: string, options: SubstitutionOptions): Substitution {
  const parts: (string | ((exchange: Exchange) => string))[] = [];
  let end = 0;
  for (const match of template.matchAll(VARIABLE)) {
    parts.push(template.slice(end, match.index), compileVariable(match[1] ?? match[2] ?? "", options));
    end = match.index + match[0].length;
  }
  parts.push(template.slice(end));
  return (exchange) => {
    let text = "";
    for (const part of parts) text += typeof part === "string" ? part : part(exchange);
    return text;
  };
}

function compileVariable(
  variable: string,
  { missing, json }: SubstitutionOptions,
): (exchange: Exchange) => string {
  const isQuoted = variable === "context.error.messageString";
  const lookUp = variable.startsWith("context.")
    ? (exchange: Exchange) => contextVariable(exchange, variable.slice("context.".length))
    : compileExpression(variable);
  return (exchange) => {
    const value = lookUp(exchange);
    if (value === undefined) return missing;
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    return json && !isQuoted ? JSON.stringify(text).slice(1, -1) : text;
  };
}
