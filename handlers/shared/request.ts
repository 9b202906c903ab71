/** Requests as API Gateway hands them to a function (REST API, Lambda proxy integration, payload 1.0). */
import type { APIGatewayProxyEvent } from "aws-lambda";
import { badRequest, unsupportedMediaType } from "./problem.ts";

/** A user of the user directory. */
export interface User {
  readonly userId: string;
  readonly email: string;
  readonly groups: readonly string[];
}

export interface ApiRequest {
  /** The correlation id of everything that this request causes. */
  readonly id: string;
  /** Method and path template, such as `PUT /tasks/{id}`. */
  readonly route: string;
  /** Absolute URL as the client sees it, without the query and without a trailing slash. */
  readonly url: string;
  /** Who calls: the id of the user, or of the API key, which is no secret. */
  readonly caller: string;
  /** The user whom the API's authorizer let in; undefined without an authorizer. */
  readonly user: User | undefined;
  readonly pathParameters: ReadonlyMap<string, string>;
  /** Values by name, in the order of the request. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Values by name in lower case. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
  /** True when API Gateway decoded the body as UTF-8; bytes that are not UTF-8 were replaced by U+FFFD. */
  readonly bodyWasText: boolean;
}

type Values = Readonly<Record<string, string | readonly string[] | undefined>> | null;

const SANE_ID = /^[A-Za-z0-9._-]{1,128}$/;
const HOST = /^[A-Za-z0-9.-]+(:\d+)?$/;

/** Takes the gateway's event apart. */
export function toRequest(event: APIGatewayProxyEvent): ApiRequest {
  const headers = collect(event.headers, event.multiValueHeaders, (name) => name.toLowerCase());
  const { requestContext } = event;
  const user = userOf(requestContext.authorizer);
  return {
    id: requestId(event),
    route: `${event.httpMethod} ${event.resource}`,
    url: `${origin(headers, requestContext.domainName)}${requestContext.path.replace(/\/+$/, "")}`,
    caller: user?.userId ?? requestContext.identity?.apiKeyId ?? "anonymous",
    user,
    pathParameters: new Map(
      Object.entries(event.pathParameters ?? {}).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    ),
    query: collect(event.queryStringParameters, event.multiValueQueryStringParameters, (name) => name),
    headers,
    body: Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8"),
    bodyWasText: !event.isBase64Encoded,
  };
}

/** The client's own request id when it is a plain token, API Gateway's otherwise. */
export function requestId(event: APIGatewayProxyEvent): string {
  const [, own] =
    Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === "x-request-id") ?? [];
  return own !== undefined && SANE_ID.test(own) ? own : event.requestContext.requestId;
}

/**
 * The value of a header that may be sent once.
 * @throws Problem 400 when the request has it several times
 */
export function header(request: ApiRequest, name: string): string | undefined {
  const values = request.headers.get(name) ?? [];
  if (values.length > 1) {
    throw badRequest(`The header ${name} is there more than once.`, [
      { parameter: name, detail: "must be sent once", code: "repeated" },
    ]);
  }
  return values[0];
}

/**
 * The media type of the body, in lower case, without parameters.
 * @throws Problem 415 when it is missing or repeated, when the body is compressed, or when text is not UTF-8
 */
export function mediaType(request: ApiRequest): string {
  const values = request.headers.get("content-type") ?? [];
  const [type = "", ...parameters] = (values[0] ?? "").split(";").map((part) => part.trim().toLowerCase());
  if (values.length !== 1 || !/^[a-z0-9.+-]+\/[a-z0-9.+-]+$/.test(type)) {
    throw unsupportedMediaType("The request needs exactly one Content-Type header.");
  }
  if (request.headers.has("content-encoding")) {
    throw unsupportedMediaType("Compressed request bodies are not taken.");
  }
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw unsupportedMediaType("The only charset taken is utf-8.");
  }
  return type;
}

function userOf(authorizer: APIGatewayProxyEvent["requestContext"]["authorizer"]): User | undefined {
  const userId: unknown = authorizer?.userId;
  const email: unknown = authorizer?.email;
  if (typeof userId !== "string" || userId === "") return undefined;
  return { userId, email: typeof email === "string" ? email : "", groups: groupsOf(authorizer) };
}

/** Authorizers hand on texts only: here names with commas between them. */
function groupsOf(authorizer: APIGatewayProxyEvent["requestContext"]["authorizer"]): string[] {
  const groups: unknown = authorizer?.groups;
  return typeof groups === "string" ? groups.split(",").filter((group) => group !== "") : [];
}

function origin(headers: ApiRequest["headers"], domainName = "localhost"): string {
  const host = headers.get("host")?.[0] ?? "";
  const protocol = headers.get("x-forwarded-proto")?.[0];
  return `${protocol === "http" ? "http" : "https"}://${HOST.test(host) ? host : domainName}`;
}

function collect(single: Values, multiple: Values, rename: (name: string) => string): Map<string, string[]> {
  const collected = new Map<string, string[]>();
  for (const [name, value] of Object.entries({ ...single, ...multiple })) {
    if (value === undefined) continue;
    const values = collected.get(rename(name)) ?? [];
    collected.set(rename(name), [...values, ...(typeof value === "string" ? [value] : value)]);
  }
  return collected;
}
