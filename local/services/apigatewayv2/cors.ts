/**
 * CORS as an API's configuration says: preflights are answered without a route, and the headers that a backend sets for
 * CORS are replaced. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
import type { Answer } from "../apigateway/exchange.ts";
import { listOf, numberOf, objectOf } from "../apigateway/json.ts";
import type { HttpExchange } from "./exchange.ts";

export interface Cors {
  /** The answer to a preflight; undefined when the request is none. */
  preflight(exchange: HttpExchange): Answer | undefined;
  /** The headers of an answer, with CORS as configured. */
  applyTo(exchange: HttpExchange, headers: Answer["headers"]): Answer["headers"];
}

/** @param configuration `corsConfiguration` of the API; undefined leaves CORS to the backends */
export function compileCors(configuration: unknown): Cors | undefined {
  if (configuration === undefined || configuration === null) return undefined;
  const settings = objectOf(configuration);
  const joined = (name: string): string => listOf(settings[name]).map(String).join(",");
  const origins = listOf(settings.allowOrigins).map(String);
  const common = {
    ...(settings.allowCredentials === true && { "access-control-allow-credentials": "true" }),
  };
  const forPreflight = optional({
    "access-control-allow-headers": joined("allowHeaders").toLowerCase(),
    "access-control-allow-methods": joined("allowMethods"),
    "access-control-max-age": String(numberOf(settings.maxAge) ?? ""),
  });
  const forAnswers = optional({ "access-control-expose-headers": joined("exposeHeaders").toLowerCase() });
  const originHeaders = (exchange: HttpExchange): Record<string, string> | undefined => {
    const { origin } = exchange.request.headers;
    const allowed = origin === undefined ? undefined : allowedOrigin(origins, origin);
    return allowed === undefined ? undefined : { "access-control-allow-origin": allowed, ...common };
  };
  return {
    preflight(exchange) {
      const { origin, "access-control-request-method": method } = exchange.request.headers;
      if (exchange.method !== "OPTIONS" || origin === undefined || method === undefined) return undefined;
      const allowed = originHeaders(exchange);
      return { status: 204, headers: allowed ? { ...allowed, ...forPreflight } : {}, body: "" };
    },
    applyTo(exchange, headers) {
      const own = Object.entries(headers).filter(([name]) => !/^access-control-/i.test(name));
      const allowed = originHeaders(exchange);
      return { ...Object.fromEntries(own), ...(allowed && { ...allowed, ...forAnswers }) };
    },
  };
}

/** The headers that have a value. */
function optional(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
}

/** `https://*` allows every origin of that scheme. */
function allowedOrigin(origins: readonly string[], origin: string): string | undefined {
  if (origins.includes("*")) return "*";
  const matches = (pattern: string): boolean =>
    pattern.endsWith("://*")
      ? origin.startsWith(pattern.slice(0, -1))
      : pattern.toLowerCase() === origin.toLowerCase();
  return origins.some(matches) ? origin : undefined;
}
