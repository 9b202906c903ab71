/** Errors that a caller gets to see, as problem details (RFC 9457). */
import { logger } from "./logger.ts";
import type { ApiResponse } from "./response.ts";

/** One mistake of the request: where it is and what is wrong. */
export interface Mistake {
  /** JSON pointer into the body. */
  readonly pointer?: string;
  /** Name of the query parameter or header. */
  readonly parameter?: string;
  readonly detail: string;
  /** For programs: stays the same when the wording of `detail` changes. */
  readonly code?: string;
}

interface ProblemExtras {
  readonly errors?: readonly Mistake[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error whose status and detail are meant for the caller. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly title: string;
  readonly extras: ProblemExtras;

  /** @param detail what is wrong with this request and what to do; nothing internal */
  constructor(status: number, title: string, detail: string, extras: ProblemExtras = {}) {
    super(detail);
    this.status = status;
    this.title = title;
    this.extras = extras;
  }
}

const RETRY_SOON = { "retry-after": "1" };

export const badRequest = (detail: string, errors?: readonly Mistake[]) =>
  new Problem(400, "Bad Request", detail, { errors });
export const forbidden = (detail: string) => new Problem(403, "Forbidden", detail);
export const unauthorized = (detail: string) =>
  new Problem(401, "Unauthorized", detail, { headers: { "www-authenticate": "Bearer" } });
export const notFound = (detail: string) => new Problem(404, "Not Found", detail);
/** @param allowed methods of the path, such as `["GET", "POST"]` */
export const methodNotAllowed = (allowed: readonly string[]) =>
  new Problem(405, "Method Not Allowed", `The methods of this path are ${allowed.join(", ")}.`, {
    headers: { allow: allowed.join(", ") },
  });
/** For a conflict that passes: the caller may try again in a second. */
export const conflict = (detail: string) => new Problem(409, "Conflict", detail, { headers: RETRY_SOON });
/** For a conflict that stays: the same request would meet it again. */
export const conflictWith = (detail: string) => new Problem(409, "Conflict", detail);
export const preconditionFailed = (detail: string) => new Problem(412, "Precondition Failed", detail);
export const contentTooLarge = (detail: string) => new Problem(413, "Content Too Large", detail);
export const unsupportedMediaType = (detail: string) => new Problem(415, "Unsupported Media Type", detail);
/** For a request that is well-formed and breaks a rule of the business. */
export const unprocessable = (detail: string, errors?: readonly Mistake[]) =>
  new Problem(422, "Unprocessable Content", detail, { errors });
export const unavailable = (detail: string) =>
  new Problem(503, "Service Unavailable", detail, { headers: RETRY_SOON });

/** Errors of AWS and of databases that pass by themselves, once all attempts are used up. */
const TRANSIENT: ReadonlySet<string> = new Set([
  "DatabaseBusy",
  "DatabaseResumingException",
  "DatabaseUnavailableException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "SlowDown",
  "StatementTimeoutException",
  "ThrottlingException",
  "TimeoutError",
  "TransactionConflictException",
  "TransactionInProgressException",
  "TransactionNotFoundException",
  // The caller asks again with the same Idempotency-Key, which tells.
  "UnknownOutcome",
]);

/**
 * The answer to an error. An error that is not meant for the caller becomes 500 (or 503 when it passes by itself) and
 * is logged; nothing of it is shown.
 */
export function toResponse(error: unknown, requestId: string): ApiResponse {
  const { status, title, message, extras } = error instanceof Problem ? error : hidden(error);
  return {
    status,
    headers: { ...extras.headers, "content-type": "application/problem+json" },
    body: {
      type: "about:blank",
      title,
      status,
      detail: message,
      instance: `urn:req:${requestId}`,
      ...(extras.errors && { errors: extras.errors }),
    },
  };
}

function hidden(error: unknown): Problem {
  const cause = error instanceof Error ? error : new Error(String(error));
  logger.error("The request failed", cause);
  if (TRANSIENT.has(cause.name)) return unavailable("The service is busy. Try again shortly.");
  return new Problem(500, "Internal Server Error", "The request could not be processed.");
}
