/** Throttling as API Gateway does it: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html */

/** Requests that may pass at once (burst), refilled steadily (rate). */
export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  /**
   * @param rate requests a second
   * @param burst requests at once
   * @param now milliseconds since the epoch
   */
  constructor(rate: number, burst: number, now: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAt = now;
  }

  /** Takes a token; false when there is none. */
  take(now: number): boolean {
    const seconds = Math.max(0, now - this.#filledAt) / 1000;
    this.#tokens = Math.min(this.#burst, this.#tokens + seconds * this.#rate);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

export interface ThrottleLimits {
  readonly rateLimit?: number | undefined;
  readonly burstLimit?: number | undefined;
}

/** A bucket for the limits; undefined when none is set (-1 sets none). A limit left out follows from the other one. */
export function bucketFor(limits: ThrottleLimits, now: number): TokenBucket | undefined {
  const rate = limits.rateLimit !== undefined && limits.rateLimit >= 0 ? limits.rateLimit : undefined;
  const burst = limits.burstLimit !== undefined && limits.burstLimit >= 0 ? limits.burstLimit : undefined;
  if (rate === undefined && burst === undefined) return undefined;
  return new TokenBucket(rate ?? burst ?? 0, burst ?? Math.ceil(rate ?? 0), now);
}
