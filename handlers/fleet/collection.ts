/** What trucks and drivers have in common: five operations on rows of a table. */
import { etag, expectedVersions, staleVersion } from "../shared/conditional.ts";
import type { Database, Statements } from "../shared/database.ts";
import { constrained } from "../shared/database-errors.ts";
import { pageOfNewest } from "../shared/database-pages.ts";
import type { Parameters } from "../shared/database-values.ts";
import { json, uuid } from "../shared/database-values.ts";
import type { Key, Page } from "../shared/dynamo.ts";
import { onceInTransaction } from "../shared/idempotent-transaction.ts";
import { isId, newId } from "../shared/ids.ts";
import { jsonBody } from "../shared/json-body.ts";
import { listing } from "../shared/listing.ts";
import { notFound } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import type { Secret } from "../shared/secrets.ts";
import type { Schema } from "../shared/validation.ts";
import { parse, parseQuery } from "../shared/validation.ts";
import type { CommonStatements } from "./statements.ts";

/** What every row has. */
export interface Row {
  readonly id: string;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

interface PageQuery {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly status?: string | undefined;
}

/** A table of things that employees administer. */
export interface Collection<Fields = never, Kept extends Row = never> {
  /** Such as `/trucks`. */
  readonly path: string;
  /** Such as `truck`. */
  readonly noun: string;
  readonly schema: Schema<Fields>;
  readonly querySchema: Schema<PageQuery>;
  /** Texts of SQL; their parameters are `id`, `now`, `versions` and those of `toParameters`. */
  readonly statements: CommonStatements & Readonly<Record<"insert" | "update", string>>;
  readonly toParameters: (fields: Fields) => Parameters;
  /** What a client sees beside id, version and times. */
  readonly toItem: (row: Kept) => object;
  /** Answers to what constraints refuse, by the constraint's name. */
  readonly refusals: Readonly<Record<string, () => Error>>;
}

export function create<Fields, Kept extends Row>(
  collection: Collection<Fields, Kept>,
  request: ApiRequest,
  database: Database,
  now = new Date(),
): Promise<ApiResponse> {
  const fields = parse(collection.schema, jsonBody(request));
  const transact: Database["transaction"] = (work) => database.transaction(work);
  return onceInTransaction(request, transact, async (tx) => {
    const parameters = { ...collection.toParameters(fields), id: uuid(newId(now)), now };
    const row = await accepted(collection, tx.one<Kept>(collection.statements.insert, parameters));
    if (!row) throw new Error(`A ${collection.noun} was not inserted`);
    const headers = { location: `${request.url}/${row.id}`, etag: etag(row.version) };
    return { status: 201, headers, body: toItem(collection, row) };
  });
}

/** Newest first. */
export function list<Fields, Kept extends Row>(
  collection: Collection<Fields, Kept>,
  request: ApiRequest,
  database: Statements,
  cursorKey: Secret,
): Promise<ApiResponse> {
  const { limit, cursor, status } = parseQuery(collection.querySchema, request, ["limit"]);
  const query = {
    ...(limit !== undefined && { limit }),
    ...(cursor !== undefined && { cursor }),
    ...(status !== undefined && { status }),
  };
  const { table, columns } = collection.statements;
  const read = (size: number, start: Key | undefined): Promise<Page<Kept>> =>
    pageOfNewest(database, { table, columns, filter: { status } }, size, start);
  return listing(request, query, cursorKey, read, (row) => toItem(collection, row));
}

export async function show<Fields, Kept extends Row>(
  collection: Collection<Fields, Kept>,
  request: ApiRequest,
  database: Statements,
): Promise<ApiResponse> {
  const row = await find(collection, idOf(collection, request), database);
  if (!row) throw unknown(collection);
  return answer(collection, row);
}

export async function update<Fields, Kept extends Row>(
  collection: Collection<Fields, Kept>,
  request: ApiRequest,
  database: Statements,
  now = new Date(),
): Promise<ApiResponse> {
  const id = idOf(collection, request);
  const fields = parse(collection.schema, jsonBody(request));
  const parameters = { ...collection.toParameters(fields), ...condition(request), id: uuid(id), now };
  const row = await accepted(collection, database.one<Kept>(collection.statements.update, parameters));
  if (row) return answer(collection, row);
  throw (await find(collection, id, database)) ? staleVersion() : unknown(collection);
}

export async function remove<Fields, Kept extends Row>(
  collection: Collection<Fields, Kept>,
  request: ApiRequest,
  database: Statements,
): Promise<ApiResponse> {
  const id = idOf(collection, request);
  const parameters = { ...condition(request), id: uuid(id) };
  const removed = await accepted(collection, database.change(collection.statements.remove, parameters));
  if (removed > 0) return { status: 204 };
  throw (await find(collection, id, database)) ? staleVersion() : unknown(collection);
}

async function find<Fields, Kept extends Row>(
  { statements }: Collection<Fields, Kept>,
  id: string,
  database: Statements,
): Promise<Kept | undefined> {
  return database.one<Kept>(statements.find, { id: uuid(id) });
}

/** Turns what a constraint refuses into what the caller gets to see. */
async function accepted<Fields, Kept extends Row, Result>(
  { refusals }: Collection<Fields, Kept>,
  write: Promise<Result>,
): Promise<Result> {
  const outcome = await constrained(write);
  if (outcome.status === "done") return outcome.result;
  const { reason, constraint = "" } = outcome;
  throw (
    refusals[constraint]?.() ??
    new Error(`A constraint without an answer did not hold: ${reason} ${constraint}`)
  );
}

function condition(request: ApiRequest): Parameters {
  const versions = expectedVersions(request);
  return { versions: versions === undefined ? null : json(versions) };
}

function idOf<Fields, Kept extends Row>(collection: Collection<Fields, Kept>, request: ApiRequest): string {
  const id = request.pathParameters.get("id");
  if (!isId(id)) throw unknown(collection);
  return id;
}

const unknown = ({ noun }: Pick<Collection, "noun">) => notFound(`There is no ${noun} of this id.`);

function answer<Fields, Kept extends Row>(collection: Collection<Fields, Kept>, row: Kept): ApiResponse {
  return { status: 200, headers: { etag: etag(row.version) }, body: toItem(collection, row) };
}

function toItem<Fields, Kept extends Row>(collection: Collection<Fields, Kept>, row: Kept): object {
  const { id, version, created_at: createdAt, updated_at: updatedAt } = row;
  return { id, ...collection.toItem(row), version, createdAt, updatedAt };
}
