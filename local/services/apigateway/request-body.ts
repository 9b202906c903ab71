/** Reading the body of a request, within API Gateway's limits. */
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import { collectBody } from "../../endpoint/body.ts";
import type { Exchange } from "./exchange.ts";
import { GatewayError, tooLarge } from "./gateway-error.ts";

/** Bytes of a body: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
export const MAX_BODY = 10 * 1024 * 1024;

const DECODERS: Readonly<Record<string, typeof gunzip>> = { gzip: gunzip, deflate: inflate };

/** Whether a body follows the headers. */
export function hasBody(request: IncomingMessage): boolean {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && length !== "0");
}

/**
 * Reads the body and decompresses it when the API has a minimum compression size.
 * @throws GatewayError REQUEST_TOO_LARGE over 10 MB, BAD_REQUEST_BODY when it cannot be decompressed
 */
export async function readBody(exchange: Exchange): Promise<void> {
  const body = await collect(exchange.request);
  const encoding = exchange.request.headers["content-encoding"]?.toLowerCase() ?? "";
  const decode = DECODERS[encoding];
  const isDecoding = exchange.stage.api.model.minimumCompressionSize !== undefined && decode !== undefined;
  exchange.receive(isDecoding ? await decompress(body, decode) : body, isDecoding);
}

async function decompress(body: Buffer, decode: typeof gunzip): Promise<Buffer> {
  try {
    return await promisify<Buffer, { maxOutputLength: number }, Buffer>(decode)(body, {
      maxOutputLength: MAX_BODY,
    });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    throw new GatewayError("BAD_REQUEST_BODY", "Invalid request body", {
      validation: "[the body does not have the encoding that Content-Encoding names]",
    });
  }
}

/**
 * The bytes of the body.
 * @throws GatewayError REQUEST_TOO_LARGE over 10 MB
 */
export function collect(request: IncomingMessage): Promise<Buffer> {
  const brokenOff = () => new GatewayError("DEFAULT_4XX", "Bad Request", { reason: "The client went away" });
  return collectBody(request, { maxBytes: MAX_BODY, tooLarge, brokenOff });
}
