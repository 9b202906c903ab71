/** The OpenAPI document of an API, for the people and programs that call it. */
import type { ApiContract, ParameterContract, ResponseContract, Route, RouteContract } from "./contract.ts";
import { ANY, isRawBody, needsApiKey, needsToken, pascalName, securityOf } from "./contract.ts";
import type { JsonSchema } from "./schema.ts";
import { publicSchema } from "./schema.ts";

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
        properties: {
          pointer: { type: "string", description: "JSON pointer into the body." },
          detail: { type: "string" },
        },
      },
    },
  },
};

/**
 * The document to publish: OpenAPI 3.0 with requests, responses and errors, without anything of AWS. A route of every
 * method is not in it, since only the application behind it knows what it takes.
 * @param url where the API is, without a trailing slash
 */
export function publicDocument(api: ApiContract, url: string): Json {
  return {
    openapi: OPENAPI_VERSION,
    info: { title: api.title, description: api.description, version: "1" },
    servers: [{ url }],
    paths: pathsOf({ ...api, routes: api.routes.filter(({ method }) => method !== ANY) }, (route) =>
      publicOperation(api, route),
    ),
    components: {
      schemas: { Problem: PROBLEM_SCHEMA },
      ...securitySchemes(api, BEARER_SCHEME),
    },
  };
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

function publicOperation(api: ApiContract, route: Route): Json {
  const { contract } = route;
  return {
    operationId: operationId(route),
    summary: contract.summary,
    parameters: [
      ...route.pathParameters.map((name) => parameter("path", name, { required: true })),
      ...Object.entries(contract.query ?? {}).map(([name, query]) => parameter("query", name, query)),
      ...Object.entries(contract.headers ?? {}).map(([name, header]) => parameter("header", name, header)),
    ],
    ...requestBody(contract),
    responses: responses(api, route),
    ...securityOf(api, route),
  };
}

/** `postTasksId` for `POST /tasks/{id}`. */
export function operationId(route: Route): string {
  const name = pascalName(route);
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function parameter(place: string, name: string, contract: ParameterContract): Json {
  return {
    name,
    in: place,
    required: contract.required ?? false,
    ...(contract.description !== undefined && { description: contract.description }),
    schema: contract.schema ? publicSchema(contract.schema, "input") : { type: "string" },
  };
}

function requestBody({ body }: RouteContract): Json {
  if (body === undefined) return {};
  const content = isRawBody(body)
    ? Object.fromEntries(
        body.contentTypes.map((type) => [type, { schema: { type: "string", format: "binary" } }]),
      )
    : { "application/json": { schema: publicSchema(body, "input") } };
  return { requestBody: { required: true, content } };
}

function responses(api: ApiContract, route: Route): Json {
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
  return Object.fromEntries(
    Object.entries({ ...everyRoute, ...withKey, ...withToken, ...own }).map(([status, response]) => [
      status,
      { description: response.description, ...content(Number(status), response) },
    ]),
  );
}

function content(status: number, { schema }: ResponseContract): Json {
  if (schema !== undefined)
    return { content: { "application/json": { schema: publicSchema(schema, "output") } } };
  if (status < 400) return {};
  return { content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } } };
}
