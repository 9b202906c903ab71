/** The five operations on entities of any kind. */
import { etag, expectedVersions, staleVersion } from "../shared/conditional.ts";
import type { Table } from "../shared/dynamo.ts";
import { once } from "../shared/idempotency.ts";
import { newId } from "../shared/ids.ts";
import { jsonBody } from "../shared/json-body.ts";
import { listing } from "../shared/listing.ts";
import { pageQuerySchema } from "../shared/page.schema.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import type { Secret } from "../shared/secrets.ts";
import type { Schema } from "../shared/validation.ts";
import { parse, parseQuery } from "../shared/validation.ts";
import type { Content, EntityItem } from "./entity.ts";
import { entityNotFound, idOf, newItem, toEntity } from "./entity.ts";
import { creation, findEntity, listEntities, removeEntity, replaceContent } from "./entity-store.ts";

type EntitySchema = Schema<Content>;

/** Creates an entity; GetItem, PutItem. */
export function createEntity(
  request: ApiRequest,
  table: Table,
  schema: EntitySchema,
  now = new Date(),
): Promise<ApiResponse> {
  const content = contentOf(request, schema);
  return once(request, table, () => {
    const item = newItem(newId(now), content, now);
    const headers = { location: `${request.url}/${item.id}`, etag: etag(item.version) };
    return { writes: [creation(table, item)], response: { status: 201, headers, body: toEntity(item) } };
  });
}

/** Lists entities, newest first; Query on the index. */
export function showEntities(request: ApiRequest, table: Table, cursorKey: Secret): Promise<ApiResponse> {
  const query = parseQuery(pageQuerySchema, request, ["limit"]);
  return listing(request, query, cursorKey, (limit, start) => listEntities(table, limit, start), toEntity);
}

/** Shows one entity; GetItem. */
export async function showEntity(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const item = await findEntity(table, idOf(request));
  if (!item) throw entityNotFound();
  return answer(item);
}

/** Replaces what clients decide about an entity; UpdateItem. */
export async function updateEntity(
  request: ApiRequest,
  table: Table,
  schema: EntitySchema,
  now = new Date(),
): Promise<ApiResponse> {
  const content = contentOf(request, schema);
  const outcome = await replaceContent(table, idOf(request), content, expectedVersions(request), now);
  if (outcome.status === "refused") throw outcome.exists ? staleVersion() : entityNotFound();
  return answer(outcome.output);
}

/** Removes an entity; DeleteItem. */
export async function deleteEntity(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const outcome = await removeEntity(table, idOf(request), expectedVersions(request));
  if (outcome.status === "refused") throw outcome.exists ? staleVersion() : entityNotFound();
  return { status: 204 };
}

function contentOf(request: ApiRequest, schema: EntitySchema): Content {
  return parse(schema, jsonBody(request), { multiline: "all" });
}

function answer(item: EntityItem): ApiResponse {
  return { status: 200, headers: { etag: etag(item.version) }, body: toEntity(item) };
}
