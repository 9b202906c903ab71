/**
 * The schedule of the price tracker: asks what the coins cost, and keeps it.
 *
 * - PRICES_TABLE: PutItem, Query
 * - PRICE_SERVICE_URL, PRICE_COINS (with commas), PRICE_CURRENCY, PRICE_KEEP_DAYS
 */
import type { Context } from "aws-lambda";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";
import { count } from "../shared/metrics.ts";
import { scheduledRunSchema } from "../shared/scheduled-run.schema.ts";
import { check } from "../shared/validation.ts";
import { minuteOf } from "./price.ts";
import type { AskPrices } from "./price-feed.ts";
import { priceFeed } from "./price-feed.ts";
import { latestPrice, storePrice } from "./price-store.ts";

const env = readEnv([
  "PRICES_TABLE",
  "PRICE_SERVICE_URL",
  "PRICE_COINS",
  "PRICE_CURRENCY",
  "PRICE_KEEP_DAYS",
]);

/** What is tracked. */
export interface Tracking {
  readonly coins: readonly string[];
  readonly currency: string;
  readonly keepDays: number;
}

/** A price this many times the one before, or its share, is taken for a mistake of the service. */
const LARGEST_FACTOR = 10;
const COMPARABLE_MS = 24 * 60 * 60_000;

/**
 * Stores one price per coin for the minute of a run; repeated runs of one minute store nothing more.
 * @throws Error when the service does not answer: Lambda runs it again
 */
export async function trackPrices(
  event: unknown,
  table: Table,
  askPrices: AskPrices,
  { coins, currency, keepDays }: Tracking,
  now: Date,
): Promise<void> {
  const run = check(scheduledRunSchema, event);
  if ("mistakes" in run) throw new Error("The schedule's input must be { scheduledAt: ISO time }");
  const at = minuteOf(run.data.scheduledAt);
  const quotes = await askPrices(coins, currency, now);
  for (const [coin, quote] of quotes) {
    const refused = "refused" in quote ? quote.refused : await absurdity(table, coin, quote.price, now);
    if (refused !== undefined || "refused" in quote) {
      logger.warn("A price was refused", { coin, reason: refused });
      count({ PricesRefused: 1 });
      continue;
    }
    const { status } = await storePrice(table, { coin, currency, price: quote.price, at }, keepDays);
    if (status === "written") count({ PricesStored: 1 });
  }
}

async function absurdity(table: Table, coin: string, price: number, now: Date): Promise<string | undefined> {
  const last = await latestPrice(table, coin, now);
  if (!last || now.getTime() - Date.parse(last.at) > COMPARABLE_MS) return undefined;
  const factor = Math.max(price / last.price, last.price / price);
  return factor > LARGEST_FACTOR ? `the price was ${last.price} and is ${price}` : undefined;
}

const table = openTable(env.PRICES_TABLE);
const askPrices = priceFeed(env.PRICE_SERVICE_URL);
const tracking: Tracking = {
  coins: env.PRICE_COINS.split(","),
  currency: env.PRICE_CURRENCY,
  keepDays: Number(env.PRICE_KEEP_DAYS),
};

export const handler = (event: unknown, context: Context) => {
  logger.addContext(context);
  return trackPrices(event, table, askPrices, tracking, new Date());
};
