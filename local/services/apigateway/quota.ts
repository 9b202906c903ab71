/** Quotas of usage plans: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html */

export type QuotaPeriod = "DAY" | "WEEK" | "MONTH";

export interface Quota {
  readonly limit: number;
  /** Requests taken off the limit in the first period. */
  readonly offset: number;
  readonly period: QuotaPeriod;
}

/** Counts the requests of one API key in one usage plan. Periods begin at midnight UTC, weeks on Sunday. */
export class QuotaCounter {
  readonly quota: Quota;
  readonly #firstPeriod: number;
  #period: number;
  #used = 0;

  constructor(quota: Quota, now: number) {
    this.quota = quota;
    this.#firstPeriod = startOf(quota.period, now);
    this.#period = this.#firstPeriod;
  }

  /** Counts a request; false when the quota is used up. */
  take(now: number): boolean {
    if (this.remaining(now) <= 0) return false;
    this.#used += 1;
    return true;
  }

  /** Requests left in this period. */
  remaining(now: number): number {
    const period = startOf(this.quota.period, now);
    if (period !== this.#period) {
      this.#period = period;
      this.#used = 0;
    }
    const offset = period === this.#firstPeriod ? this.quota.offset : 0;
    return this.quota.limit - offset - this.#used;
  }
}

const DAY = 86_400_000;

function startOf(period: QuotaPeriod, now: number): number {
  const midnight = now - (now % DAY);
  const date = new Date(midnight);
  if (period === "WEEK") return midnight - date.getUTCDay() * DAY;
  if (period === "MONTH") return midnight - (date.getUTCDate() - 1) * DAY;
  return midnight;
}
