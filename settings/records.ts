/** Settings of the records and the price tracker: `andamio:records` in the stack file. */
import * as z from "zod";
import { baseUrl, defineSystem, type SettingsOf } from "./definition.ts";

const coin = z.string().regex(/^[a-z0-9-]{1,64}$/, "must be the id of a coin, such as bitcoin");

const schema = z.strictObject({
  /** Requests per second of all callers together; the API is public. */
  ratePerSecond: z.int().min(1).max(10_000).default(20),
  /** Requests at once above the rate. */
  burst: z.int().min(1).max(5_000).default(40),
  prices: z
    .strictObject({
      /** Ids of the coins whose prices are kept. */
      coins: z.array(coin).min(1).max(25).default(["bitcoin"]),
      currency: z
        .string()
        .regex(/^[a-z]{3,5}$/, "must be the code of a currency in lower case, such as usd")
        .default("usd"),
      /** Minutes between two prices. */
      everyMinutes: z.int().min(1).max(480).default(5),
      /** Days after which prices are deleted. */
      keepDays: z.int().min(1).max(3650).default(90),
      /** Base URL of a service that answers like CoinGecko. */
      serviceUrl: baseUrl.default("https://api.coingecko.com/api/v3"),
    })
    .prefault({}),
});

export const records = defineSystem(schema, {});

export type RecordsSettings = SettingsOf<typeof records>;
