/** Preflight requests, answered by API Gateway itself: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html */
import type { CorsContract, Route } from "./contract.ts";
import { ANY } from "./contract.ts";

const DEFAULT_MAX_AGE_SECONDS = 600;

/**
 * The OPTIONS operation of one path. It allows the first origin, and another allowed one when the request comes from
 * there; so a page of a foreign origin reads an origin that is not its own and its browser stops.
 * @param routes the routes of that path
 */
export function preflightOperation(
  cors: CorsContract,
  routes: readonly Route[],
  apiKey: boolean,
): Record<string, unknown> {
  const [first = "", ...others] = cors.allowedOrigins;
  const headers: Record<string, string> = {
    "Access-Control-Allow-Origin": first,
    "Access-Control-Allow-Methods": [...methodsOf(routes), "OPTIONS"].join(","),
    "Access-Control-Allow-Headers": requestHeaders(routes, apiKey).join(","),
    "Access-Control-Max-Age": String(cors.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS),
    Vary: "Origin",
  };
  return {
    summary: "Answers preflight requests of browsers.",
    responses: {
      204: {
        description: "What a page of an allowed origin may send.",
        headers: Object.fromEntries(
          Object.keys(headers).map((header) => [header, { schema: { type: "string" } }]),
        ),
      },
    },
    "x-amazon-apigateway-integration": {
      type: "mock",
      passthroughBehavior: "when_no_match",
      requestTemplates: { "application/json": '{"statusCode":204}' },
      responses: {
        default: {
          statusCode: "204",
          responseParameters: Object.fromEntries(
            Object.entries(headers).map(([header, value]) => [
              `method.response.header.${header}`,
              `'${value}'`,
            ]),
          ),
          ...(others.length > 0 && { responseTemplates: { "application/json": originTemplate(others) } }),
        },
      },
    },
  };
}

function methodsOf(routes: readonly Route[]): readonly string[] {
  const methods = routes.map(({ method }) => method);
  return methods.includes(ANY) ? ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] : methods;
}

/** Names of headers are as the client writes them: HTTP/2 clients write them in lower case. */
function originTemplate(origins: readonly string[]): string {
  const isAllowed = origins.map((origin) => `$origin == "${origin}"`).join(" || ");
  return [
    '#set($origin = $input.params("Origin"))',
    '#if($origin == "")#set($origin = $input.params("origin"))#end',
    `#if(${isAllowed})#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end`,
  ].join("\n");
}

function requestHeaders(routes: readonly Route[], apiKey: boolean): string[] {
  const names = [
    "Content-Type",
    "Authorization",
    ...(apiKey ? ["X-Api-Key"] : []),
    ...routes.flatMap(({ contract }) => Object.keys(contract.headers ?? {})),
  ];
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}
