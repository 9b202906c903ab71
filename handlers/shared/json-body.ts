import { badRequest, contentTooLarge, unsupportedMediaType } from "./problem.ts";
import type { ApiRequest } from "./request.ts";
import { mediaType } from "./request.ts";

/**
 * Largest JSON body. What a request carries travels on in DynamoDB items (400 KB at most) and SNS messages (256 KB at
 * most), so that nothing that was accepted fails later.
 */
export const MAX_JSON_BYTES = 256 * 1024;

/**
 * Reads a JSON body.
 * @throws Problem 415 for another content type, 413 above 256 KB, 400 for what is not JSON in UTF-8
 */
export function jsonBody(request: ApiRequest): unknown {
  if (mediaType(request) !== "application/json") {
    throw unsupportedMediaType("The body must be sent as application/json.");
  }
  if (request.body.length > MAX_JSON_BYTES) {
    throw contentTooLarge(`A JSON body may have ${MAX_JSON_BYTES} bytes at most.`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(request.body));
  } catch {
    throw badRequest("The body is not JSON.", [
      { pointer: "", detail: "must be JSON, in UTF-8 without a byte order mark", code: "malformed_json" },
    ]);
  }
}
