/**
 * `GET /prices/{coin}/latest`
 *
 * - PRICES_TABLE: Query
 */
import { api } from "../shared/api.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { notFound } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { isCoin, toPrice } from "./price.ts";
import { latestPrice } from "./price-store.ts";

const env = readEnv(["PRICES_TABLE"]);
const table = openTable(env.PRICES_TABLE);

/** Shows the newest price of a coin. */
export async function showLatestPrice(
  request: ApiRequest,
  table: Table,
  now = new Date(),
): Promise<ApiResponse> {
  const coin = request.pathParameters.get("coin");
  const item = isCoin(coin) ? await latestPrice(table, coin, now) : undefined;
  if (!item) throw notFound("There is no price of this coin.");
  return { status: 200, body: toPrice(item) };
}

export const handler = api((request) => showLatestPrice(request, table));
