/** Mistakes in the contract of an API, all of them at once, each with its place and its remedy. */
import type { Mistake } from "../mistakes.ts";
import type { CorsContract, RouteContract } from "./contract.ts";
import { ANY, isRawBody, pascalName, ROUTE_KEY, routesOf } from "./contract.ts";
import { gatewaySchema } from "./schema.ts";

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
const PATH_SEGMENT = /^(?:[A-Za-z0-9._,:-]+|\{[A-Za-z0-9._-]+\+?\})$/;
const ORIGIN = /^https?:\/\/[A-Za-z0-9.-]+(?::\d+)?$/;

/** Mistakes in a route table. */
export function mistakesInRoutes(table: Readonly<Record<string, RouteContract>>): Mistake[] {
  const keys = Object.keys(table);
  if (keys.length === 0) return [{ propertyPath: "routes", reason: "is empty; an API needs a route" }];
  const malformed = keys
    .filter((key) => !ROUTE_KEY.test(key))
    .map((key) => ({
      propertyPath: `routes["${key}"]`,
      reason: 'is not "METHOD /path" with one of GET, POST, PUT, PATCH, DELETE, HEAD, ANY',
    }));
  const routes = routesOf(table).filter(({ method }) => method !== "");
  const names = routes.map(pascalName);
  return [
    ...malformed,
    ...routes.flatMap((route, index) => [
      ...mistakesInPath(route.key, route.path),
      ...mistakesInParameters(route.key, route.pathParameters, route.contract),
      ...mistakesInBody(route.key, route.contract),
      ...(names.indexOf(pascalName(route)) === index
        ? []
        : [
            {
              propertyPath: `routes["${route.key}"]`,
              reason: "differs from another route in punctuation only",
            },
          ]),
    ]),
  ];
}

function mistakesInPath(key: string, path: string): Mistake[] {
  if (path === "/") return [];
  return path
    .slice(1)
    .split("/")
    .filter((segment) => !PATH_SEGMENT.test(segment))
    .map((segment) => ({
      propertyPath: `routes["${key}"]`,
      reason: `has the segment "${segment}"; a segment is letters, digits and . _ , : - or one {parameter}`,
    }));
}

function mistakesInParameters(key: string, path: readonly string[], contract: RouteContract): Mistake[] {
  const names = [...path, ...Object.keys(contract.query ?? {}), ...Object.keys(contract.headers ?? {})];
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  return repeated.map((name) => ({
    propertyPath: `routes["${key}"]`,
    reason: `has two parameters "${name}"; API Gateway wants unique names across path, query and headers`,
  }));
}

function mistakesInBody(key: string, { body }: RouteContract): Mistake[] {
  const propertyPath = `routes["${key}"].body`;
  if (body === undefined) return [];
  if (["GET ", "HEAD ", `${ANY} `].some((method) => key.startsWith(method)))
    return [{ propertyPath, reason: "a request of this method has no body" }];
  if (isRawBody(body)) {
    if (body.contentTypes.length === 0)
      return [{ propertyPath, reason: "contentTypes is empty; name the content types the route takes" }];
    return body.contentTypes
      .filter((type) => type === "application/json")
      .map(() => ({ propertyPath, reason: "takes application/json; give a schema for a JSON body" }));
  }
  try {
    gatewaySchema(body);
    return [];
  } catch (error) {
    return [{ propertyPath, reason: error instanceof Error ? error.message : String(error) }];
  }
}

/** Mistakes in the origins that may call an API. */
export function mistakesInCors(cors: CorsContract | undefined): Mistake[] {
  if (cors === undefined) return [];
  if (cors.allowedOrigins.length === 0)
    return [{ propertyPath: "cors.allowedOrigins", reason: "is empty; name an origin or leave cors out" }];
  return cors.allowedOrigins
    .filter((origin) => !ORIGIN.test(origin))
    .map((origin) => ({
      propertyPath: "cors.allowedOrigins",
      reason: `holds "${origin}"; an origin is exact, such as https://app.example.com, without a path`,
    }));
}
