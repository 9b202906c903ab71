/**
 * What a function answers about its batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */

/** Ids of the items that failed. */
export type Failures = "all" | ReadonlySet<string>;

const NONE: ReadonlySet<string> = new Set();

/**
 * Reads `{ batchItemFailures: [{ itemIdentifier }] }`.
 * An answer that is empty means that all went well; one that is malformed, that all failed.
 * @param payload JSON text of the function's answer
 * @param known ids of the batch's items
 */
export function itemFailures(payload: string, known: ReadonlySet<string>): Failures {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== "object" || answer === null) return NONE;
  const items = "batchItemFailures" in answer ? answer.batchItemFailures : undefined;
  if (items === undefined || items === null) return NONE;
  if (!Array.isArray(items)) return "all";
  const ids = items.map((item: { itemIdentifier?: unknown } | null) => item?.itemIdentifier);
  const valid = ids.filter((id) => typeof id === "string" && known.has(id)) as string[];
  return valid.length === ids.length ? new Set(valid) : "all";
}
