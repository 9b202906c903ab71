/**
 * Entities of any kind, as `CrudApi` keeps them.
 *
 * | item               | pk               | sk          | byCreation (gsi1pk, gsi1sk) | expiresAt |
 * |--------------------|------------------|-------------|-----------------------------|-----------|
 * | entity             | ENTITY#id        | ENTITY      | ENTITIES, createdAt#id      |           |
 * | idempotency record | IDEMPOTENCY#hash | IDEMPOTENCY |                             | always    |
 *
 * What clients decide stands in the map `content`, apart from what the API itself keeps of an entity.
 */
import { isId } from "../shared/ids.ts";
import { notFound } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";

export const BY_CREATION = "byCreation";
export const ALL_ENTITIES = "ENTITIES";

/** What a client says about an entity: whatever its schema takes. */
export type Content = Readonly<Record<string, unknown>>;

export interface EntityItem {
  readonly id: string;
  readonly content: Content;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export const entityKey = (id: string) => ({ pk: `ENTITY#${id}`, sk: "ENTITY" });

/** The item of a new entity. */
export function newItem(id: string, content: Content, now: Date) {
  const createdAt = now.toISOString();
  return {
    ...entityKey(id),
    gsi1pk: ALL_ENTITIES,
    gsi1sk: `${createdAt}#${id}`,
    id,
    content,
    version: 1,
    createdAt,
    updatedAt: createdAt,
  };
}

/** An entity as clients see it. */
export function toEntity({ id, content, version, createdAt, updatedAt }: EntityItem): Content {
  return { id, ...content, version, createdAt, updatedAt };
}

export const entityNotFound = () => notFound("There is nothing of this id.");

/**
 * The id of the entity that a request is about.
 * @throws Problem 404 when none can have it
 */
export function idOf({ pathParameters }: ApiRequest): string {
  const id = pathParameters.get("id");
  if (!isId(id)) throw entityNotFound();
  return id;
}
