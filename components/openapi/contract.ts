/** The contract of an HTTP API: what its routes take and answer, apart from who handles them. */
import type * as z from "zod";

/** A query parameter or header. The gateway checks its presence; the handler checks its value. */
export interface ParameterContract {
  /** @default false */
  readonly required?: boolean;
  readonly description?: string;
  /** What the value must look like once parsed from text; it is published. @default any string */
  readonly schema?: z.ZodType;
}

export interface ResponseContract {
  readonly description: string;
  /** Schema of the JSON body. @default none below 400; the problem details from 400 on */
  readonly schema?: z.ZodType;
}

/** A body that is not JSON. The gateway lets it pass unread, the handler answers 415 to other content types. */
export interface RawBody {
  /** Such as `["text/csv", "image/png"]`. */
  readonly contentTypes: readonly string[];
}

/** What one route takes and answers. */
export interface RouteContract {
  /** One sentence in the imperative, for the published document. */
  readonly summary: string;
  /** Schema of the JSON body, or the content types of another one. @default no body */
  readonly body?: z.ZodType | RawBody;
  /** What the body may be instead of JSON, when the handler takes both. @default JSON alone */
  readonly files?: RawBody;
  readonly query?: Readonly<Record<string, ParameterContract>>;
  readonly headers?: Readonly<Record<string, ParameterContract>>;
  /** By status. Errors that every route can answer need not be repeated. @default 200 */
  readonly responses?: Readonly<Record<number, ResponseContract>>;
  /** @default true when the API has an API key */
  readonly apiKeyRequired?: boolean;
  /** Groups of users who may call, one of which is enough; for an API with an authorizer. @default those of the API */
  readonly groups?: readonly string[];
  /** Everybody may call, without a token. @default false */
  readonly public?: boolean;
}

/** Which browser pages may call the API. */
export interface CorsContract {
  /** Exact origins such as `https://app.example.com`; never `*`. */
  readonly allowedOrigins: readonly string[];
  /** Seconds that a browser may keep the answer to a preflight request. @default 600 */
  readonly maxAgeSeconds?: number;
}

/** A route with its key `METHOD /path/{param}` taken apart. */
export interface Route<Contract extends RouteContract = RouteContract> {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** Names in braces, in the order of the path. */
  readonly pathParameters: readonly string[];
  readonly contract: Contract;
}

export interface ApiContract {
  readonly title: string;
  readonly description: string;
  readonly routes: readonly Route[];
  /** Routes that an application behind a route of every method serves. @default none */
  readonly served?: readonly Route[];
  /** Whether the API has an API key. */
  readonly apiKey: boolean;
  /** Whether the API has an authorizer. */
  readonly authorized?: boolean;
  readonly cors?: CorsContract;
}

/** Stands for every method: a route of a web application, which routes by itself. */
export const ANY = "ANY";

export const ROUTE_KEY = /^(GET|POST|PUT|PATCH|DELETE|HEAD|ANY) (\/\S*)$/;

/** Takes the keys of a route table apart. Keys must have been checked (`mistakesIn`). */
export function routesOf<Contract extends RouteContract>(
  table: Readonly<Record<string, Contract>>,
): Route<Contract>[] {
  return Object.entries(table).map(([key, contract]) => {
    const [, method = "", path = ""] = ROUTE_KEY.exec(key) ?? [];
    const pathParameters = [...path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = ""]) => name);
    return { key, method, path, pathParameters, contract };
  });
}

export function isRawBody(body: RouteContract["body"]): body is RawBody {
  return body !== undefined && "contentTypes" in body;
}

/** Whether a caller of the route must send `x-api-key`. */
export function needsApiKey(api: ApiContract, route: Route): boolean {
  return api.apiKey && route.contract.apiKeyRequired !== false;
}

/** Whether a caller of the route must send an access token. */
export function needsToken(api: ApiContract, route: Route): boolean {
  return api.authorized === true && route.contract.public !== true;
}

/** The member `security` of an operation, and names of the schemes; everything that it names is asked for. */
export function securityOf(api: ApiContract, route: Route): { readonly security?: readonly object[] } {
  const schemes = {
    ...(needsApiKey(api, route) && { apiKey: [] }),
    ...(needsToken(api, route) && { bearer: [] }),
  };
  return Object.keys(schemes).length > 0 ? { security: [schemes] } : {};
}

/** Name of the schema of a route's JSON body: `PostTasksRequest`. */
export function requestName(route: Route): string {
  return `${pascalName(route)}Request`;
}

/** `PostTasksId` for `POST /tasks/{id}`: API Gateway takes letters and digits in the names of models only. */
export function pascalName(route: Pick<Route, "method" | "path">): string {
  const words = [route.method.toLowerCase(), ...route.path.split(/[^A-Za-z0-9]+/)].filter(Boolean);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
