/**
 * Stands in for the price service when the program runs on one machine, in CoinGecko's public form.
 *
 * - `GET /simple/price?ids=bitcoin&vs_currencies=usd&include_last_updated_at=true`
 *   → `{ "bitcoin": { "usd": 67187.33, "last_updated_at": 1711356300 } }`
 *
 * Prices swing by some percent around a fixed one. Ids that are not known are left out, as CoinGecko does.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "./send-json.ts";

/** What coins cost in US dollars, about. */
const PRICES: Readonly<Record<string, number>> = { bitcoin: 67_000, ethereum: 3_500, solana: 170 };

/** How much of another currency one US dollar is. */
const RATES: Readonly<Record<string, number>> = { usd: 1, eur: 0.92, gbp: 0.79 };

const SWING = 0.03;
const SWING_SECONDS = 3600;

/** Answers one request. */
export default function handle(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const isKnown = request.method === "GET" && pathname === "/simple/price";
  // The date that the local cloud answers with: its clock may have been moved.
  const now = Date.parse(String(response.getHeader("date") ?? new Date().toUTCString())) / 1000;
  const body = isKnown ? quotes(searchParams, now) : { error: `There is no ${request.method} ${pathname}` };
  sendJson(response, isKnown ? 200 : 404, body);
}

function quotes(query: URLSearchParams, now: number): Record<string, Record<string, number>> {
  const list = (name: string) => (query.get(name) ?? "").split(",").filter((item) => item !== "");
  const swing = 1 + SWING * Math.sin((2 * Math.PI * now) / SWING_SECONDS);
  const known = list("ids").filter((coin) => coin in PRICES);
  return Object.fromEntries(
    known.map((coin) => {
      const currencies = list("vs_currencies").filter((currency) => currency in RATES);
      const prices = currencies.map((currency) => [
        currency,
        Math.round((PRICES[coin] ?? 0) * (RATES[currency] ?? 0) * swing * 100) / 100,
      ]);
      return [coin, Object.fromEntries([...prices, ["last_updated_at", Math.floor(now)]])];
    }),
  );
}
