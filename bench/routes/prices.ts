/** List prices of eu-west-1 in USD, without free tiers, as of 2026; https://aws.amazon.com/pricing. */
export const PRICES = {
  /** Per million requests to a REST API. */
  gatewayRequests: 3.5,
  lambdaRequests: 0.2,
  lambdaGigabyteSecond: 0.0000166667,
  /** Per million request units, on demand. */
  readUnits: 0.1415,
  writeUnits: 0.705,
} as const;

/** Per million calls of other services, by what a recorded call contains. */
const CALLS: readonly (readonly [RegExp, number])[] = [
  [/^secretsmanager\./, 5],
  [/^PUT .*x-id=PutObject/, 5],
  [/^GET .*x-id=GetObject/, 0.4],
  [/^POST \/v2\/email/, 100],
  [/^POST \/$/, 0.5],
  [/^(?:POST|PUT|DELETE) \/schedules\//, 1],
];

/** USD for a million of such calls; nothing for those of third parties, and of DynamoDB, which is paid by units. */
export function priceOf(call: string): number {
  return CALLS.find(([pattern]) => pattern.test(call))?.[1] ?? 0;
}
