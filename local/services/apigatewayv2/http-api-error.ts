/** Errors that an HTTP API itself answers with; unlike those of REST APIs they cannot be changed. */
import { AwsError } from "../../core/errors.ts";
import { GatewayError } from "../apigateway/gateway-error.ts";

export class HttpApiError extends Error {
  override readonly name = "HttpApiError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Why, for the log. The client never sees it. */
  readonly reason: string | undefined;

  constructor(
    status: number,
    message: string,
    details: { readonly reason?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.headers = details.headers ?? {};
    this.reason = details.reason;
  }
}

/** A backend that fails or answers what cannot be used: 500. */
export function integrationError(reason: string): HttpApiError {
  return new HttpApiError(500, "Internal Server Error", { reason });
}

export function payloadTooLarge(): HttpApiError {
  return new HttpApiError(413, "Request Entity Too Large");
}

/** The error for whatever was thrown on the way; undefined for a failure of the local cloud itself. */
export function httpApiErrorOf(thrown: unknown): HttpApiError | undefined {
  if (thrown instanceof HttpApiError) return thrown;
  if (thrown instanceof AwsError)
    return thrown.status === 413 ? payloadTooLarge() : integrationError(`${thrown.code}: ${thrown.message}`);
  if (!(thrown instanceof GatewayError)) return undefined;
  if (thrown.type === "REQUEST_TOO_LARGE") return payloadTooLarge();
  const reason = thrown.reason ?? thrown.message;
  if (thrown.type === "INTEGRATION_TIMEOUT" || thrown.type === "INTEGRATION_FAILURE")
    return new HttpApiError(503, "Service Unavailable", { reason });
  return integrationError(reason);
}
