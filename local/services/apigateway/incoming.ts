/** An HTTP request to a stage, as it came in. */
import type { IncomingMessage } from "node:http";

/** Where a URL leads: `/_aws/execute-api/<restApiId>/<stage>/<path…>`. */
export interface Target {
  readonly apiId: string;
  readonly stageName: string;
  /** Without API and stage, percent-encoded, with one slash at its begin. */
  readonly path: string;
  /** The whole path of the URL. */
  readonly fullPath: string;
  /** Without the question mark. */
  readonly query: string;
}

const PREFIX = "/_aws/execute-api/";

/** Takes a URL apart; undefined when it does not name an API and a stage. */
export function targetOf(url: string): Target | undefined {
  if (!url.startsWith(PREFIX)) return undefined;
  const mark = url.indexOf("?");
  const fullPath = mark === -1 ? url : url.slice(0, mark);
  const slash = fullPath.indexOf("/", PREFIX.length);
  const apiEnd = slash === -1 ? fullPath.length : slash;
  const stageEnd = fullPath.indexOf("/", apiEnd + 1);
  const rest = stageEnd === -1 ? "/" : fullPath.slice(stageEnd);
  return {
    apiId: fullPath.slice(PREFIX.length, apiEnd),
    stageName: fullPath.slice(apiEnd + 1, stageEnd === -1 ? undefined : stageEnd),
    path: rest.startsWith("//") ? rest.replace(/^\/+/, "/") : rest,
    fullPath,
    query: mark === -1 ? "" : url.slice(mark + 1),
  };
}

/** Bytes of the request line and of all header values together, which API Gateway limits. */
export function headerSize(request: IncomingMessage): number {
  let size = `${request.method} ${request.url} HTTP/1.1`.length;
  for (let index = 1; index < request.rawHeaders.length; index += 2)
    size += request.rawHeaders[index]?.length ?? 0;
  return size;
}

/** The address of the client; IPv4 in its own form. */
export function sourceIp(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, "");
}

/** The first header of a name, in any case of letters. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value[0] : value;
}

/** Values by name: the last one, and all. Names come from the client, so the objects have no prototype. */
export interface MultiMap {
  readonly single: Readonly<Record<string, string>>;
  readonly multi: Readonly<Record<string, readonly string[]>>;
}

/** @returns null when there are no parameters */
export function queryOf(query: string): MultiMap | null {
  if (query === "") return null;
  const single: Record<string, string> = Object.create(null);
  const multi: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    single[name] = value;
    const values = multi[name];
    if (values) values.push(value);
    else multi[name] = [value];
  }
  return { single, multi };
}

/** Headers that API Gateway keeps to itself: they belong to the connection with the client. */
const DROPPED = new Set([
  ...["connection", "content-length", "content-md5", "expect", "max-forwards", "proxy-authenticate"],
  ...["server", "te", "transfer-encoding", "trailer", "upgrade", "www-authenticate"],
]);

/** Names that AWS writes its own way whatever the client wrote. */
const CANONICAL = new Map([
  ["authorization", "Authorization"],
  ["host", "Host"],
  ["user-agent", "User-Agent"],
  ["x-amzn-trace-id", "X-Amzn-Trace-Id"],
  ["x-forwarded-for", "X-Forwarded-For"],
  ["x-forwarded-port", "X-Forwarded-Port"],
  ["x-forwarded-proto", "X-Forwarded-Proto"],
]);

/**
 * The headers that a backend gets, named as the client wrote them, with those that API Gateway adds.
 * @param traceId value of `X-Amzn-Trace-Id`
 * @param decoded whether the body was decompressed, so that Content-Encoding no longer holds
 */
export function forwardedHeaders(request: IncomingMessage, traceId: string, decoded: boolean): MultiMap {
  const single: Record<string, string> = Object.create(null);
  const multi: Record<string, string[]> = Object.create(null);
  const add = (name: string, value: string): void => {
    single[name] = value;
    const values = multi[name];
    if (values) values.push(value);
    else multi[name] = [value];
  };
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    const lower = name.toLowerCase();
    if (DROPPED.has(lower) || (decoded && lower === "content-encoding")) continue;
    add(CANONICAL.get(lower) ?? name, rawHeaders[index + 1] ?? "");
  }
  const set = (name: string, value: string): void => {
    single[name] = value;
    multi[name] = [value];
  };
  const forwarded = single["X-Forwarded-For"];
  set("X-Amzn-Trace-Id", traceId);
  set("X-Forwarded-For", forwarded ? `${forwarded}, ${sourceIp(request)}` : sourceIp(request));
  set("X-Forwarded-Port", String(request.socket.localPort ?? ""));
  set("X-Forwarded-Proto", "http");
  return { single, multi };
}
