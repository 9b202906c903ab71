/** Pages of a list. */
import { invalid } from "./constraints.ts";

const LARGEST = 100;

export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

/**
 * The page that `MaxResults` and `NextToken` of a query ask for.
 * @param list sorted by name; the token is the last name of the page before
 */
export function page<T extends { readonly arn: string }>(
  list: readonly T[],
  query: URLSearchParams,
): Page<T> {
  const limit = Number(query.get("MaxResults") ?? LARGEST);
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST) {
    throw invalid(
      `1 validation error detected: Value '${query.get("MaxResults")}' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and ${LARGEST}`,
    );
  }
  const token = query.get("NextToken");
  const last = token === null ? undefined : Buffer.from(token, "base64url").toString("utf8");
  const from = last === undefined ? 0 : list.findIndex(({ arn }) => arn === last) + 1;
  if (last !== undefined && from === 0) throw invalid("Invalid NextToken.");
  const items = list.slice(from, from + limit);
  const end = from + limit < list.length ? items.at(-1) : undefined;
  return { items, ...(end ? { NextToken: Buffer.from(end.arn).toString("base64url") } : {}) };
}
