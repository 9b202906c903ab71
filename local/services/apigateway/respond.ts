/** Sends an answer, with the headers that every answer of API Gateway has. */
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { promisify } from "node:util";
import { deflate, gzip } from "node:zlib";
import type { Answer, Exchange } from "./exchange.ts";
import { malformedAnswer } from "./gateway-error.ts";

type Headers = Record<string, string | number | string[]>;

/** Never fails: headers that HTTP does not allow become 502, as on AWS. */
export async function send(exchange: Exchange, response: ServerResponse, answer: Answer): Promise<void> {
  const minimum = exchange.stage.api.model.minimumCompressionSize;
  const ready = minimum === undefined ? answer : await compress(exchange, answer, minimum);
  if (write(exchange, response, ready)) return;
  exchange.error = malformedAnswer("The integration answered a header that HTTP does not allow");
  write(exchange, response, exchange.stage.api.responses.render(exchange, exchange.error));
}

function write(exchange: Exchange, response: ServerResponse, { status, headers, body }: Answer): boolean {
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  const hasBody = status !== 204 && status !== 304;
  const all = {
    "x-amzn-requestid": exchange.requestId,
    "x-amz-apigw-id": exchange.extendedRequestId,
    ...headers,
    ...(hasBody && { "content-length": length }),
    ...(status === 413 && { connection: "close" }),
  } as Headers;
  try {
    response.writeHead(status, all);
  } catch {
    return false;
  }
  response.end(hasBody ? body : undefined);
  exchange.answered = { status, length: hasBody ? length : 0 };
  return true;
}

/** The answer for an API or stage that does not exist: there is nothing to take a gateway response from. */
export function sendForbidden(response: ServerResponse): void {
  const body = '{"message":"Forbidden"}';
  response.writeHead(403, {
    "content-type": "application/json",
    "content-length": body.length,
    "x-amzn-requestid": randomUUID(),
    "x-amzn-errortype": "ForbiddenException",
  });
  response.end(body);
}

const ENCODERS = { gzip: promisify(gzip), deflate: promisify(deflate) };

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html */
async function compress(exchange: Exchange, answer: Answer, minimum: number): Promise<Answer> {
  const accepted = String(exchange.request.headers["accept-encoding"] ?? "");
  const encoding = (["gzip", "deflate"] as const).find((name) => accepted.includes(name));
  const isEncoded = Object.keys(answer.headers).some((name) => name.toLowerCase() === "content-encoding");
  const bytes = typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body;
  if (encoding === undefined || isEncoded || bytes.length < minimum || bytes.length === 0) return answer;
  return {
    status: answer.status,
    headers: { ...answer.headers, "Content-Encoding": encoding },
    body: await ENCODERS[encoding](bytes),
  };
}
