/**
 * Renders the errors of API Gateway itself. A response type without a definition of its own takes DEFAULT_4XX or
 * DEFAULT_5XX, and without those AWS's own.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
import { notSupported } from "../../core/errors.ts";
import type { Answer, Exchange } from "./exchange.ts";
import type { Expression } from "./expressions.ts";
import { compileExpression, compileVariable } from "./expressions.ts";
import type { GatewayError, GatewayErrorType } from "./gateway-error.ts";
import { mediaType } from "./media-types.ts";
import type { GatewayResponse } from "./model.ts";
import type { Substitution } from "./substitution.ts";
import { compileSubstitution } from "./substitution.ts";

interface Compiled {
  readonly statusCode: number | undefined;
  readonly headers: readonly (readonly [name: string, value: Expression])[];
  readonly templates: ReadonlyMap<string, Substitution<Exchange>>;
}

const JSON_TYPE = "application/json";

const DEFAULT_TEMPLATE = '{"message":$context.error.messageString}';

/** Authorizers' refusals have a capital letter in AWS's own body. */
const TEMPLATES: Partial<Readonly<Record<GatewayErrorType, string>>> = {
  ACCESS_DENIED: '{"Message":$context.error.messageString}',
};

export class GatewayResponses {
  readonly #defined: ReadonlyMap<string, Compiled>;

  /** @param responses by response type */
  constructor(responses: Readonly<Record<string, GatewayResponse>>) {
    this.#defined = new Map(Object.entries(responses).map(([type, response]) => [type, compile(response)]));
  }

  /** The answer to an error, without the headers that every answer has. */
  render(exchange: Exchange, error: GatewayError): Answer {
    const response = this.#resolve(error);
    const [type, template] = chooseTemplate(response, error.type, exchange.request.headers.accept);
    const headers: Record<string, string> = { "content-type": type, "x-amzn-errortype": error.errorType };
    for (const [name, value] of response?.headers ?? []) {
      const text = value(exchange);
      if (text !== undefined) headers[name] = text;
    }
    return { status: response?.statusCode ?? error.status, headers, body: template(exchange) };
  }

  #resolve({ type, status }: GatewayError): Compiled | undefined {
    return this.#defined.get(type) ?? this.#defined.get(status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX");
  }
}

function compile({ statusCode, parameters, templates }: GatewayResponse): Compiled {
  const headers = Object.entries(parameters).map(([key, expression]) => {
    const name = /^gatewayresponse\.header\.(.+)$/.exec(key)?.[1];
    if (name === undefined) throw notSupported("apigateway", `the gateway response parameter ${key}`);
    return [name.toLowerCase(), compileExpression(expression)] as const;
  });
  return {
    statusCode,
    headers,
    templates: new Map(
      Object.entries(templates).map(([type, template]) => [type, compileTemplate(type, template)]),
    ),
  };
}

/**
 * Values go into JSON escaped. For `validationErrorString`, which quotes the properties it names, that is how AWS's own
 * examples use it: `"$context.error.validationErrorString"`, within quotes of the template.
 */
function compileTemplate(type: string, template: string): Substitution<Exchange> {
  return compileSubstitution(template, {
    missing: "",
    json: type.includes("json"),
    variable: compileVariable,
  });
}

const BUILT_IN = new Map<GatewayErrorType, Substitution<Exchange>>();

function builtIn(type: GatewayErrorType): Substitution<Exchange> {
  const existing = BUILT_IN.get(type);
  if (existing) return existing;
  const template = compileTemplate(JSON_TYPE, TEMPLATES[type] ?? DEFAULT_TEMPLATE);
  BUILT_IN.set(type, template);
  return template;
}

/** The template for what the client accepts, else the one for JSON, else the first. */
function chooseTemplate(
  response: Compiled | undefined,
  type: GatewayErrorType,
  accept: string | undefined,
): readonly [string, Substitution<Exchange>] {
  const templates = response?.templates;
  if (!templates || templates.size === 0) return [JSON_TYPE, builtIn(type)];
  for (const candidate of [mediaType(accept), JSON_TYPE]) {
    const template = candidate === undefined ? undefined : templates.get(candidate);
    if (candidate !== undefined && template) return [candidate, template];
  }
  const [first] = templates;
  return first ?? [JSON_TYPE, builtIn(type)];
}
