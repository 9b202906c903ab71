/**
 * `GET /prices/{coin}`
 *
 * - PRICES_TABLE: Query
 * - CURSOR_KEY_SECRET_ARN: GetSecretValue
 */
import { api } from "../shared/api.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { listing } from "../shared/listing.ts";
import { badRequest, notFound } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import type { Secret } from "../shared/secrets.ts";
import { openSecret } from "../shared/secrets.ts";
import { parseQuery } from "../shared/validation.ts";
import { isCoin, toPrice } from "./price.ts";
import { listPrices } from "./price-store.ts";
import { pricesQuerySchema } from "./prices.schema.ts";

const env = readEnv(["PRICES_TABLE", "CURSOR_KEY_SECRET_ARN"]);
const table = openTable(env.PRICES_TABLE);
const cursorKey = openSecret(env.CURSOR_KEY_SECRET_ARN);

/** Lists the prices of a coin, newest first. */
export function showPrices(
  request: ApiRequest,
  table: Table,
  cursorKey: Secret,
  now = new Date(),
): Promise<ApiResponse> {
  const coin = request.pathParameters.get("coin");
  if (!isCoin(coin)) throw notFound("There is no such coin.");
  const query = parseQuery(pricesQuerySchema, request, ["limit"]);
  const [from, to] = [query.from, query.to].map((time) => time && new Date(time).toISOString());
  if (from !== undefined && to !== undefined && from > to) {
    throw badRequest("The query parameters are not valid.", [
      { parameter: "from", detail: "must not be after to", code: "empty_range" },
    ]);
  }
  return listing(
    request,
    query,
    cursorKey,
    (limit, start) => listPrices(table, coin, { from, to }, now, limit, start),
    toPrice,
  );
}

export const handler = api((request) => showPrices(request, table, cursorKey));
