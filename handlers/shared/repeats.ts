/** What makes two requests the same one, repeated: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
import { createHash } from "node:crypto";
import { badRequest, conflict, unprocessable } from "./problem.ts";
import type { ApiRequest } from "./request.ts";
import { header } from "./request.ts";
import type { ApiResponse } from "./response.ts";

const VISIBLE = /^[\x21-\x7e]{1,255}$/;
const STRUCTURED_STRING = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"$/;

/**
 * A text that stands for the request's Idempotency-Key; keys of other callers and other routes are other keys.
 * @returns undefined when the request has none
 * @throws Problem 400 when it is no key
 */
export function repeatKey(request: ApiRequest): string | undefined {
  const value = header(request, "idempotency-key");
  if (value === undefined) return undefined;
  const key = STRUCTURED_STRING.test(value) ? value.slice(1, -1).replace(/\\(["\\])/g, "$1") : value;
  if (!VISIBLE.test(key)) {
    throw badRequest("The header Idempotency-Key is not valid.", [
      {
        parameter: "idempotency-key",
        detail: "must be 1 to 255 visible ASCII characters",
        code: "invalid_key",
      },
    ]);
  }
  return hash(request.route, request.caller, key);
}

/** What a repeated request must have in common with the first: path, query, content type and body. */
export function fingerprint({ url, query, headers, body }: ApiRequest): string {
  const { pathname } = new URL(url);
  return hash(pathname, JSON.stringify([...query].sort()), headers.get("content-type")?.join() ?? "", body);
}

/**
 * The answer to a repeated request: that to the first.
 * @param first fingerprint of the first request
 * @param response the answer to it, as JSON
 * @throws Problem 422 when this is another request
 */
export function replayed(request: ApiRequest, first: string, response: string): ApiResponse {
  if (first !== fingerprint(request)) {
    throw unprocessable("This Idempotency-Key was used for another request. Use a new key.");
  }
  const answer = JSON.parse(response) as ApiResponse;
  return { ...answer, headers: { ...answer.headers, "idempotency-replayed": "true" } };
}

/** The answer while the first request has none yet. */
export const stillRunning = () => conflict("The same request is being carried out. Try again shortly.");

function hash(...parts: readonly (string | Buffer)[]): string {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(`${Buffer.byteLength(part)}:`).update(part);
  return digest.digest("base64url");
}
