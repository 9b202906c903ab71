/** What the operations answer, for the published document and for types. Handlers do not check their own answers. */
import * as z from "zod";

/** A price as clients see it. */
export const priceSchema = z
  .object({
    coin: z.string(),
    currency: z.string(),
    price: z.number(),
    at: z.iso.datetime().describe("The minute that the price was asked for."),
  })
  .meta({ id: "Price" });

export const priceListSchema = z
  .object({ items: z.array(priceSchema), nextCursor: z.string().optional() })
  .meta({ id: "PriceList" });
