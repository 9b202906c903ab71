import * as z from "zod";

/** The query of a list without filters. */
export const pageQuerySchema = z.strictObject({
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().min(1).max(2048).optional(),
});
