/** An error as AWS answers it: its code, message and HTTP status. Protocols render it in their own shape. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly code: string;
  readonly status: number;
  /** Further members of the error body, for the errors that carry some (e.g. CancellationReasons). */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** The answer to an operation that the local cloud does not have: it says so, never a silent success. */
export function notSupported(service: string, operation: string): AwsError {
  return new AwsError(
    "NotImplemented",
    `The local cloud does not support ${service}:${operation}. It works on AWS; see docs/local-cloud.md for what is supported here.`,
    501,
  );
}

/** A mistake the user can mend: printed as it is, without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";
}
