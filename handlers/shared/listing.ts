import { openCursor, sealCursor } from "./cursor.ts";
import type { Key, Page } from "./dynamo.ts";
import type { ApiRequest } from "./request.ts";
import type { ApiResponse } from "./response.ts";
import type { Secret } from "./secrets.ts";

const DEFAULT_LIMIT = 20;

export interface ListQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

/**
 * Answers a list: `{ items, nextCursor? }`.
 * @param query the parsed query parameters; all but limit and cursor are filters, which the cursor is bound to
 * @param read reads one page
 * @param show makes the public form of an item
 */
export async function listing<Item>(
  request: ApiRequest,
  { limit = DEFAULT_LIMIT, cursor, ...filters }: ListQuery,
  cursorKey: Secret,
  read: (limit: number, start: Key | undefined) => Promise<Page<Item>>,
  show: (item: Item) => unknown,
): Promise<ApiResponse> {
  const scope = JSON.stringify([request.route, [...request.pathParameters], Object.entries(filters).sort()]);
  const now = new Date();
  const start = cursor === undefined ? undefined : await openCursor(cursorKey, scope, cursor, now);
  const { items, next } = await read(limit, start);
  const nextCursor = next && (await sealCursor(cursorKey, scope, next, now));
  return { status: 200, body: { items: await Promise.all(items.map(show)), nextCursor } };
}
