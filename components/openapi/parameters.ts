/** Parameters that many routes take, as they are published. */
import * as z from "zod";
import type { ParameterContract } from "./contract.ts";

type Parameters = Readonly<Record<string, ParameterContract>>;

/** The query of a list that comes in pages. */
export const PAGES: Parameters = {
  limit: { description: "Items of a page, 1 to 100; 20 unless given.", schema: z.int().min(1).max(100) },
  cursor: { description: "nextCursor of the page before." },
};

/** The header of a creation that may be repeated. */
export const IDEMPOTENCY_KEY: Parameters = {
  "Idempotency-Key": { description: "Makes a repeated request answer the same, for a day, with one effect." },
};

/** The header of a change that is made on condition. */
export const IF_MATCH: Parameters = {
  "If-Match": { description: "ETag that the item must have." },
};
