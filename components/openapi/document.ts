/** The OpenAPI document of an API, for the people and programs that call it. */
import type { ApiContract, ParameterContract, ResponseContract, Route, RouteContract } from "./contract.ts";
import { ANY, isRawBody, needsApiKey, needsToken, pascalName, requestName, securityOf } from "./contract.ts";
import { NamedSchemas } from "./named-schemas.ts";
import type { JsonSchema } from "./schema.ts";

export type Json = Readonly<Record<string, unknown>>;

export const OPENAPI_VERSION = "3.0.1";

/** Access tokens, as people and programs send them. */
const BEARER_SCHEME: Json = { type: "http", scheme: "bearer", bearerFormat: "JWT" };

/** The security scheme that API Gateway takes for an API key: this very type, place and name. */
const API_KEY_SCHEME: Json = { type: "apiKey", in: "header", name: "x-api-key" };

/** RFC 9457, the shape of every error. */
const PROBLEM_SCHEMA: JsonSchema = {
  type: "object",
  description: "Problem details (RFC 9457).",
  required: ["type", "title", "status", "detail", "instance"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    instance: { type: "string", description: "The request's id, as in the header x-request-id." },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["detail"],
        properties: {
          pointer: { type: "string", description: "JSON pointer into the body." },
          parameter: { type: "string", description: "Name of the query parameter or header." },
          detail: { type: "string" },
          code: { type: "string", description: "For programs; stays when the wording changes." },
        },
      },
    },
  },
};

/**
 * The document to publish: OpenAPI 3.0 with requests, responses and errors, without anything of AWS. In place of a
 * route of every method stand those that the application behind it serves.
 * @param url where the API is, without a trailing slash
 * @throws Error when two schemas have one name
 */
export function publicDocument(api: ApiContract, url: string): Json {
  const schemas = new NamedSchemas({ Problem: PROBLEM_SCHEMA });
  const routes = publishedRoutes(api);
  const paths = pathsOf({ ...api, routes }, (route) => publicOperation(api, route, schemas));
  return {
    openapi: OPENAPI_VERSION,
    info: { title: api.title, description: api.description, version: "1" },
    servers: [{ url }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: { schemas: schemas.all(), ...securitySchemes(api, BEARER_SCHEME) },
  };
}

function publishedRoutes({ routes, served = [] }: ApiContract): readonly Route[] {
  const keys = new Set(served.map(({ key }) => key));
  return [...routes.filter(({ method, key }) => method !== ANY && !keys.has(key)), ...served];
}

/** `tasks` for `GET /tasks/{id}`. */
function tagOf({ path }: Route): string {
  return path.split("/")[1] || "root";
}

/** The schemes that operations name (`securityOf`). */
export function securitySchemes({ apiKey, authorized }: ApiContract, bearer: Json): Json {
  if (!apiKey && !authorized) return {};
  return { securitySchemes: { ...(apiKey && { apiKey: API_KEY_SCHEME }), ...(authorized && { bearer }) } };
}

/** Operations by path and method. */
export function pathsOf(api: ApiContract, operationOf: (route: Route) => Json): Record<string, Json> {
  const paths = Object.groupBy(api.routes, ({ path }) => path);
  return Object.fromEntries(
    Object.entries(paths).map(([path, routes = []]) => [
      path,
      Object.fromEntries(routes.map((route) => [operationKey(route), operationOf(route)])),
    ]),
  );
}

/** OpenAPI knows no route of every method; API Gateway does. */
function operationKey({ method }: Route): string {
  return method === ANY ? "x-amazon-apigateway-any-method" : method.toLowerCase();
}

function publicOperation(api: ApiContract, route: Route, schemas: NamedSchemas): Json {
  const { contract } = route;
  const parameters = (place: string, contracts: RouteContract["query"] = {}) =>
    Object.entries(contracts).map(([name, one]) => parameter(place, name, one, schemas));
  return {
    operationId: operationId(route),
    tags: [tagOf(route)],
    summary: contract.summary,
    ...(contract.groups && { description: `For members of the group ${contract.groups.join(" or ")}.` }),
    parameters: [
      ...route.pathParameters.map((name) => parameter("path", name, { required: true }, schemas)),
      ...parameters("query", contract.query),
      ...parameters("header", contract.headers),
    ],
    ...requestBody(route, schemas),
    responses: responses(api, route, schemas),
    ...securityOf(api, route),
  };
}

/** `postTasksId` for `POST /tasks/{id}`. */
export function operationId(route: Route): string {
  const name = pascalName(route);
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function parameter(place: string, name: string, contract: ParameterContract, schemas: NamedSchemas): Json {
  return {
    name,
    in: place,
    required: contract.required ?? false,
    ...(contract.description !== undefined && { description: contract.description }),
    schema: contract.schema ? schemas.use(contract.schema, "input") : { type: "string" },
  };
}

function requestBody(route: Route, schemas: NamedSchemas): Json {
  const { body, files } = route.contract;
  if (body === undefined) return {};
  const json = isRawBody(body)
    ? {}
    : { "application/json": { schema: schemas.use(body, "input", requestName(route)) } };
  const { contentTypes } = isRawBody(body) ? body : (files ?? { contentTypes: [] });
  const raw = contentTypes.map((type) => [type, { schema: { type: "string", format: "binary" } }]);
  return { requestBody: { required: true, content: { ...json, ...Object.fromEntries(raw) } } };
}

function responses(api: ApiContract, route: Route, schemas: NamedSchemas): Json {
  const withKey: Record<number, ResponseContract> = needsApiKey(api, route)
    ? { 403: { description: "The API key is missing or not valid." } }
    : {};
  const withToken: Record<number, ResponseContract> = needsToken(api, route)
    ? {
        401: { description: "The access token is missing, not valid, or has expired." },
        403: { description: "The user is in no group that may do this." },
      }
    : {};
  const everyRoute: Record<number, ResponseContract> = {
    400: { description: "The request is not valid." },
    429: { description: "Too many requests." },
    500: { description: "The request could not be processed." },
  };
  const own = route.contract.responses ?? { 200: { description: "Done." } };
  const byStatus = Object.entries({ ...everyRoute, ...withKey, ...withToken, ...own });
  return {
    ...Object.fromEntries(
      byStatus.map(([status, response]) => [
        status,
        { description: response.description, ...content(Number(status), response, schemas) },
      ]),
    ),
    default: { description: "Any other error.", ...PROBLEM },
  };
}

const PROBLEM: Json = {
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

function content(status: number, { schema }: ResponseContract, schemas: NamedSchemas): Json {
  if (schema !== undefined)
    return { content: { "application/json": { schema: schemas.use(schema, "output") } } };
  return status < 400 ? {} : PROBLEM;
}
