/** Presigned URLs end. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
import { AwsError } from "../../core/errors.ts";
import type { AwsCall } from "../../core/service.ts";

const LONGEST_SECONDS = 7 * 24 * 60 * 60;

/**
 * Refuses a presigned URL whose time is over.
 * @param now milliseconds since the epoch
 * @throws AwsError AccessDenied, AuthorizationQueryParametersError
 */
export function checkExpiry({ query }: AwsCall, now: number): void {
  const date = query.get("X-Amz-Date");
  if (!query.has("X-Amz-Signature") || date === null) return;
  const seconds = Number(query.get("X-Amz-Expires"));
  if (!(seconds >= 1 && seconds <= LONGEST_SECONDS)) {
    const message = "X-Amz-Expires must be between 1 and 604800 seconds";
    throw new AwsError("AuthorizationQueryParametersError", message);
  }
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5"));
  if (!(signedAt + seconds * 1_000 >= now)) throw new AwsError("AccessDenied", "Request has expired", 403);
}
