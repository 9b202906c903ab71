import * as z from "zod";

/** An answer of the price service: https://docs.coingecko.com/reference/simple-price */
export const feedSchema = z.record(z.string(), z.looseObject({ last_updated_at: z.int() }));

/** The query of `GET /prices/{coin}`. */
export const pricesQuerySchema = z.strictObject({
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().min(1).max(2048).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
});
