/**
 * Moves in PostgreSQL. Every change is one statement, so it needs no transaction that a dying function could leave open:
 * the move, the event that tells of it, and the record that makes a repetition harmless are written together or not at all.
 */
import type { Statements } from "../shared/database.ts";
import { constrained } from "../shared/database-errors.ts";
import { pageOfNewest } from "../shared/database-pages.ts";
import { date, type Parameters, uuid } from "../shared/database-values.ts";
import type { Key, Page } from "../shared/dynamo.ts";
import type { WaitingEvent } from "../shared/outbox.ts";
import { fingerprint, repeatKey, replayed } from "../shared/repeats.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import type { Move } from "./move.ts";

const COLUMNS = `
  id::text AS id, client_id AS "clientId", client_email AS "clientEmail", origin, destination,
  volume_m3 AS "volumeM3", move_date::text AS date, status, truck_id::text AS "truckId", plate, note,
  truck_decided_at AS "truckDecidedAt", version, created_at AS "createdAt", updated_at AS "updatedAt"`;

/** What goes with a change, for as much of it as there is. */
const TOGETHER = `
  event AS (
    INSERT INTO outbox (event_id, subject, detail_type, detail)
    SELECT :eventId::uuid, :id::text, :detailType::text, :detail::text
    FROM changed WHERE :detailType::text IS NOT NULL),
  handled AS (
    INSERT INTO handled_events (event_id, handled_at)
    SELECT :handledId::uuid, :now FROM changed WHERE :handledId::uuid IS NOT NULL),
  expired AS (
    DELETE FROM idempotency_records WHERE expires_at <= :now RETURNING key),
  record AS (
    INSERT INTO idempotency_records (key, fingerprint, response, expires_at)
    SELECT :key::text, :fingerprint::text, :response::text, :expiresAt::timestamptz
    FROM changed, (SELECT count(*) FROM expired) AS room
    WHERE :key::text IS NOT NULL)
  SELECT id::text AS id FROM changed`;

const INSERT = `
  WITH changed AS (
    INSERT INTO moves (id, client_id, client_email, origin, destination, volume_m3, move_date, status, version,
      created_at, updated_at)
    VALUES (:id, :clientId, :clientEmail, :origin, :destination, :volumeM3, :date, :status, :version, :now, :now)
    RETURNING id),
  ${TOGETHER}`;

const UPDATE = `
  WITH changed AS (
    UPDATE moves SET
      status = :status, truck_id = :truckId::uuid, plate = :plate::text, note = :note::text,
      truck_decided_at = :truckDecidedAt::timestamptz, version = :version, updated_at = :now
    WHERE id = :id AND version = :version - 1
    RETURNING id),
  ${TOGETHER}`;

const FIND = `SELECT ${COLUMNS} FROM moves WHERE id = :id`;

const FIND_RECORD = `
  SELECT fingerprint, response FROM idempotency_records WHERE key = :key AND expires_at > :now`;

const IS_HANDLED = "SELECT event_id::text AS id FROM handled_events WHERE event_id = :id";

const RECORD_LIFETIME_MS = 24 * 60 * 60_000;

/** What is written together with a change of a move. */
export interface Together {
  /** The event that tells of it. */
  readonly event?: WaitingEvent;
  /** The request that asked for it, and the answer that its repetitions get. */
  readonly answer?: { readonly request: ApiRequest; readonly response: ApiResponse };
  /** Id of another service's event, whose effect it is. */
  readonly handled?: string;
}

export function findMove(database: Statements, id: string): Promise<Move | undefined> {
  return database.one<Move>(FIND, { id: uuid(id) });
}

export interface MoveFilter {
  readonly status?: string | undefined;
  readonly clientId?: string | undefined;
}

export function listMoves(
  database: Statements,
  { status, clientId }: MoveFilter,
  limit: number,
  start: Key | undefined,
): Promise<Page<Move>> {
  const listed = { table: "moves", columns: COLUMNS, filter: { client_id: clientId, status } };
  return pageOfNewest<Move>(database, listed, limit, start);
}

/**
 * Stores a new move.
 * @returns false when the same request, or one with the same Idempotency-Key, was carried out meanwhile
 */
export function insertMove(database: Statements, move: Move, together: Together): Promise<boolean> {
  return write(database, INSERT, together, {
    ...changing(move),
    clientId: move.clientId,
    clientEmail: move.clientEmail,
    origin: move.origin,
    destination: move.destination,
    volumeM3: move.volumeM3,
    date: date(move.date),
  });
}

/**
 * Replaces a move of the version before.
 * @param move as it is to be, its version one higher
 * @returns false when it was changed meanwhile, or the same request or event had its effect
 */
export function updateMove(database: Statements, move: Move, together: Together): Promise<boolean> {
  const { truckId, plate, note, truckDecidedAt } = move;
  return write(database, UPDATE, together, {
    ...changing(move),
    truckId: truckId === null ? null : uuid(truckId),
    plate,
    note,
    truckDecidedAt: truckDecidedAt === null ? null : new Date(truckDecidedAt),
  });
}

/**
 * The answer that the same request got before.
 * @throws Problem 422 when its Idempotency-Key was used for another request
 */
export async function earlierAnswer(
  database: Statements,
  request: ApiRequest,
  now: Date,
): Promise<ApiResponse | undefined> {
  const key = repeatKey(request);
  if (key === undefined) return undefined;
  const found = await database.one<{ fingerprint: string; response: string }>(FIND_RECORD, { key, now });
  return found && replayed(request, found.fingerprint, found.response);
}

export async function isHandled(database: Statements, eventId: string): Promise<boolean> {
  return (await database.one(IS_HANDLED, { id: uuid(eventId) })) !== undefined;
}

function changing({ id, status, version, updatedAt }: Move): Parameters {
  return { id: uuid(id), status, version, now: new Date(updatedAt) };
}

async function write(
  database: Statements,
  sql: string,
  { event, answer, handled }: Together,
  change: Parameters,
): Promise<boolean> {
  const key = answer && repeatKey(answer.request);
  const at = change.now instanceof Date ? change.now.getTime() : Date.now();
  const parameters: Parameters = {
    ...change,
    eventId: event ? uuid(event.eventId) : null,
    detailType: event?.detailType ?? null,
    detail: event?.detail ?? null,
    handledId: handled === undefined ? null : uuid(handled),
    key: key ?? null,
    fingerprint: answer ? fingerprint(answer.request) : null,
    response: answer ? JSON.stringify(answer.response) : null,
    expiresAt: new Date(at + RECORD_LIFETIME_MS),
  };
  const outcome = await constrained(database.one(sql, parameters));
  if (outcome.status === "done") return outcome.result !== undefined;
  if (outcome.reason === "unique") return false;
  throw new Error(`The database refused a change of a move: ${outcome.reason} ${outcome.constraint ?? ""}`);
}
