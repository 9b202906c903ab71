/** The service that knows what coins cost, in CoinGecko's public form: https://docs.coingecko.com/reference/simple-price */
import { ask, isOk } from "../shared/http.ts";
import { check } from "../shared/validation.ts";
import { feedSchema } from "./prices.schema.ts";

/** What the service says of one coin, or why that cannot be believed. */
export type Quote = { readonly price: number } | { readonly refused: string };

/** Quotes by coin. */
export type AskPrices = (
  coins: readonly string[],
  currency: string,
  now: Date,
) => Promise<Map<string, Quote>>;

/** Three attempts end within 10 s. */
const PATIENCE = { timeoutMs: 3000, attempts: 3 };

/** More than any coin has ever cost in any currency, by far. */
const HIGHEST = 1e12;
const OLDEST_SECONDS = 60 * 60;
/** Clocks differ. */
const EARLIEST_SECONDS = 5 * 60;

/**
 * A client of the service.
 * @param baseUrl without a trailing slash
 * @throws Error when there is no answer, or none in the service's form
 */
export function priceFeed(baseUrl: string, patience = PATIENCE): AskPrices {
  return async (coins, currency, now) => {
    const query = new URLSearchParams({
      ids: coins.join(","),
      vs_currencies: currency,
      include_last_updated_at: "true",
    });
    const headers = { accept: "application/json" };
    const reply = await ask(`${baseUrl}/simple/price?${query}`, { headers }, patience);
    if (reply instanceof Error) throw new Error("The price service is out of reach", { cause: reply });
    if (!isOk(reply)) throw new Error(`The price service answered ${reply.status}`);
    const checked = check(feedSchema, JSON.parse(reply.body));
    if ("mistakes" in checked) throw new Error("The price service answered in another form than CoinGecko's");
    return new Map(coins.map((coin) => [coin, quoteOf(checked.data[coin], currency, now)]));
  };
}

function quoteOf(
  answer: { readonly last_updated_at: number; readonly [currency: string]: unknown } | undefined,
  currency: string,
  now: Date,
): Quote {
  const price = answer?.[currency];
  if (!answer || price === undefined) return { refused: "the answer has no price" };
  if (typeof price !== "number" || price <= 0 || price > HIGHEST) {
    return { refused: `the price is not between 0 and ${HIGHEST}` };
  }
  const age = now.getTime() / 1000 - answer.last_updated_at;
  if (age > OLDEST_SECONDS) return { refused: `the price is ${Math.round(age / 60)} minutes old` };
  if (age < -EARLIEST_SECONDS) return { refused: "the price comes from the future" };
  return { price };
}
