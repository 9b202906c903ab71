/** Calendly's signature: https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures */
import { createHmac, timingSafeEqual } from "node:crypto";

const HEADER = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/;

/** Older ones may have been recorded by somebody who sends them again. */
export const LONGEST_SECONDS = 3 * 60;

/**
 * Whether Calendly signed a body, and lately. The signatures are compared in constant time.
 * @param header value of `Calendly-Webhook-Signature`: `t=<seconds since 1970>,v1=<HMAC-SHA256 of "t.body", hexadecimal>`
 */
export function isSigned(header: string | undefined, body: Buffer, key: string, now: Date): boolean {
  const [, time, signature] = HEADER.exec(header ?? "") ?? [];
  if (time === undefined || signature === undefined) return false;
  const expected = createHmac("sha256", key).update(`${time}.`).update(body).digest();
  const isEqual = timingSafeEqual(expected, Buffer.from(signature, "hex"));
  return isEqual && Math.abs(now.getTime() / 1000 - Number(time)) <= LONGEST_SECONDS;
}
