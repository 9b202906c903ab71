/**
 * Prices of coins. The table has one kind of item, which DynamoDB deletes when nobody needs it any more.
 *
 * | item  | pk           | sk                       | expiresAt                |
 * |-------|--------------|--------------------------|--------------------------|
 * | price | COIN#bitcoin | 2026-01-31T12:05:00.000Z | days of the stack's file |
 */
import type * as z from "zod";
import type { priceSchema } from "./answers.schema.ts";

/** A price as clients see it. */
export type Price = z.infer<typeof priceSchema>;

export interface PriceItem extends Price {
  readonly pk: string;
  readonly sk: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

const COIN = /^[a-z0-9-]{1,64}$/;

export const coinKey = (coin: string) => `COIN#${coin}`;

/** The beginning of the minute of a time, in ISO 8601. */
export const minuteOf = (time: string) => `${new Date(time).toISOString().slice(0, 16)}:00.000Z`;

/** Whether a text can be the name of a coin. */
export const isCoin = (text: string | undefined): text is string => text !== undefined && COIN.test(text);

export function toPrice({ coin, currency, price, at }: PriceItem): Price {
  return { coin, currency, price, at };
}
