/** The two mappings of integrations that are no proxies: of the request, and of the backend's answer. */
import type { Answer, Exchange } from "./exchange.ts";
import type { BackendAnswer, Expression } from "./expressions.ts";
import { compileExpression } from "./expressions.ts";
import { configurationError, GatewayError } from "./gateway-error.ts";
import { headerOf } from "./incoming.ts";
import { mediaType } from "./media-types.ts";
import type { Integration, IntegrationResponse, Method } from "./model.ts";
import { AnswerHeaders } from "./response-headers.ts";
import type { Template } from "./template.ts";
import { compileTemplate } from "./template.ts";

/** Makes the body of the call to the backend. */
export type RequestMapping = (exchange: Exchange) => string;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html */
export function compileRequestMapping(method: Method): RequestMapping {
  const { integration } = method;
  const templates = compileTemplates(integration.requestTemplates, `request template of ${method.path}`);
  return (exchange) => {
    const type = mediaType(headerOf(exchange.request, "content-type")) ?? "application/json";
    const template = templates.get(type) ?? templates.get("$default");
    const body = exchange.body.toString("utf8");
    if (template) return template(exchange, body).text;
    refuseUnmatched(integration, templates.size);
    return body;
  };
}

function refuseUnmatched({ passthroughBehavior }: Integration, templates: number): void {
  if (passthroughBehavior === "WHEN_NO_MATCH") return;
  if (passthroughBehavior === "WHEN_NO_TEMPLATES" && templates === 0) return;
  throw new GatewayError("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type");
}

function compileTemplates(
  templates: Readonly<Record<string, string>>,
  where: string,
): ReadonlyMap<string, Template> {
  return new Map(
    Object.entries(templates).map(([type, source]) => [type.toLowerCase(), compileTemplate(source, where)]),
  );
}

/**
 * Makes the method's answer of the backend's.
 * @param selector what selection patterns are matched with: the status, or a function's error message
 */
export type ResponseMapping = (exchange: Exchange, selector: string, backend: BackendAnswer) => Answer;

interface CompiledResponse {
  readonly pattern: RegExp | undefined;
  readonly statusCode: number;
  readonly headers: readonly (readonly [name: string, value: Expression])[];
  readonly templates: ReadonlyMap<string, Template>;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings-integration-response.html */
export function compileResponseMapping(method: Method): ResponseMapping {
  const responses = method.integration.responses.map((response) => compileResponse(response, method.path));
  return (exchange, selector, backend) => {
    const chosen =
      responses.find(({ pattern }) => pattern?.test(selector)) ??
      responses.find(({ pattern }) => pattern === undefined);
    if (!chosen)
      throw configurationError(
        `No match for output mapping and no default output mapping configured (${selector})`,
      );
    return render(chosen, exchange, backend);
  };
}

function compileResponse(response: IntegrationResponse, path: string): CompiledResponse {
  return {
    pattern:
      response.selectionPattern === undefined
        ? undefined
        : new RegExp(`^(?:${response.selectionPattern})$`, "s"),
    statusCode: response.statusCode,
    headers: Object.entries(response.parameters).map(
      ([key, expression]) =>
        [key.replace(/^method\.response\.header\./, ""), compileExpression(expression)] as const,
    ),
    templates: compileTemplates(response.templates, `response template of ${path}`),
  };
}

function render(response: CompiledResponse, exchange: Exchange, backend: BackendAnswer): Answer {
  const template = chooseTemplate(response.templates, headerOf(exchange.request, "accept"));
  const rendering = template?.(exchange, backend.body);
  const overrides = rendering?.overrides;
  const headers = new AnswerHeaders();
  const overridden = new Set(Object.keys(overrides?.header ?? {}).map((name) => name.toLowerCase()));
  for (const [name, value] of response.headers) {
    const text = value(exchange, backend);
    if (text !== undefined && !overridden.has(name.toLowerCase())) headers.add(name, text);
  }
  for (const [name, value] of Object.entries(overrides?.header ?? {})) headers.add(name, String(value));
  return {
    status: Number(overrides?.status ?? response.statusCode),
    headers: headers.finish("application/json"),
    body: rendering?.text ?? backend.body,
  };
}

/** The one for what the client accepts, else the one for JSON, else the first. */
function chooseTemplate(
  templates: ReadonlyMap<string, Template>,
  accept: string | undefined,
): Template | undefined {
  const [first] = templates.values();
  return templates.get(mediaType(accept) ?? "") ?? templates.get("application/json") ?? first;
}
