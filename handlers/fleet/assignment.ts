/**
 * Which truck carries which move. Events of a move may come twice and in any order: its row in `reservations` is locked
 * first, knows what was decided, and is there even when the end of a move is heard of before its beginning.
 */
import type { Statements } from "../shared/database.ts";
import { date, decimal, type Parameters, uuid } from "../shared/database-values.ts";
import { addEvent } from "../shared/outbox.ts";

/** What a move needs. */
export interface Demand {
  readonly moveId: string;
  /** `2026-01-31` */
  readonly date: string;
  readonly volumeM3: number;
  /** The truck that an employee wants. @default the smallest that will do */
  readonly truckId?: string | undefined;
}

/** What an event says of itself. */
export interface Cause {
  readonly occurredAt: string;
  readonly correlationId: string;
}

interface Truck {
  readonly id: string;
  readonly plate: string;
  readonly capacity_m3: string;
}

interface Reservation {
  readonly truck_id: string | null;
  readonly status: "new" | "unavailable" | "active" | "completed" | "cancelled";
  /** A newer request than this one has been decided. */
  readonly outdated: boolean;
}

/** Makes the row when this is the first that is heard of the move. */
const LOCK = `
  INSERT INTO reservations (move_id, status) VALUES (:moveId, 'new')
  ON CONFLICT (move_id) DO UPDATE SET move_id = EXCLUDED.move_id
  RETURNING truck_id::text AS truck_id, status, requested_at >= :requestedAt AS outdated`;

const FITS = `
  truck.status <> 'maintenance' AND truck.capacity_m3 >= :volume AND NOT EXISTS (
    SELECT FROM reservations AS taken
    WHERE taken.truck_id = truck.id AND taken.date = :date AND taken.status IN ('active', 'completed')
      AND taken.move_id <> :moveId)`;

const TRUCK = "truck.id::text AS id, truck.plate, truck.capacity_m3";

/** The smallest that will do leaves the fewest cubic metres empty; of several such, the first by plate. */
const BEST = `
  SELECT ${TRUCK} FROM trucks AS truck WHERE ${FITS}
  ORDER BY truck.capacity_m3, truck.plate COLLATE "C" LIMIT 1`;

const WANTED = `SELECT ${TRUCK} FROM trucks AS truck WHERE truck.id = :truckId AND ${FITS}`;

const RESERVE = `
  WITH taken AS (
    UPDATE trucks SET status = 'assigned', version = version + 1, updated_at = :now
    WHERE id = :truckId AND status = 'available')
  UPDATE reservations
  SET truck_id = :truckId, date = :date, volume_m3 = :volume, status = 'active', requested_at = :requestedAt
  WHERE move_id = :moveId`;

/** A truck that the move has already, it keeps. */
const LEAVE_WITHOUT = `
  UPDATE reservations
  SET date = coalesce(date, :date), volume_m3 = coalesce(volume_m3, :volume), requested_at = :requestedAt,
    status = CASE status WHEN 'active' THEN status ELSE 'unavailable' END
  WHERE move_id = :moveId`;

const END = "UPDATE reservations SET status = :status WHERE move_id = :moveId";

const GIVE_BACK = `
  UPDATE trucks SET status = 'available', version = version + 1, updated_at = :now
  WHERE id = :truckId AND status = 'assigned'
    AND NOT EXISTS (SELECT FROM reservations WHERE truck_id = :truckId AND status = 'active')`;

/** The unique index that keeps two moves from one truck on one day. */
export const ONE_MOVE_PER_TRUCK_AND_DAY = "one_move_per_truck_and_day";

/** A move was registered: selects a truck, unless something was decided already. */
export async function assign(tx: Statements, demand: Demand, cause: Cause, now = new Date()): Promise<void> {
  const reservation = await lock(tx, demand.moveId, cause);
  if (reservation.status === "new") await decide(tx, demand, cause, reservation, now);
}

/** An employee asks for a truck, whatever was decided before; the newest request counts, and none after the end. */
export async function reassign(
  tx: Statements,
  demand: Demand,
  cause: Cause,
  now = new Date(),
): Promise<void> {
  const reservation = await lock(tx, demand.moveId, cause);
  const { status, outdated } = reservation;
  if (status === "completed" || status === "cancelled" || outdated) return;
  await decide(tx, demand, cause, reservation, now);
}

/** A move has come to its end: its truck is free for others, of a completed one not on the same day. */
export async function release(
  tx: Statements,
  moveId: string,
  status: "completed" | "cancelled",
  cause: Cause,
  now = new Date(),
): Promise<void> {
  const reservation = await lock(tx, moveId, cause);
  if (reservation.status === "completed" || reservation.status === "cancelled") return;
  await tx.change(END, { moveId: uuid(moveId), status });
  if (reservation.truck_id !== null) await giveBack(tx, reservation.truck_id, now);
}

async function lock(tx: Statements, moveId: string, { occurredAt }: Cause): Promise<Reservation> {
  const row = await tx.one<Reservation>(LOCK, { moveId: uuid(moveId), requestedAt: new Date(occurredAt) });
  if (!row) throw new Error("A reservation could not be locked");
  return row;
}

async function decide(
  tx: Statements,
  demand: Demand,
  { occurredAt, correlationId }: Cause,
  { truck_id: before }: Reservation,
  now: Date,
): Promise<void> {
  const { moveId, volumeM3, date: day } = demand;
  const facts = { moveId: uuid(moveId), date: date(day), volume: decimal(String(volumeM3)) };
  const truck = await select(tx, demand.truckId, before, facts);
  const requestedAt = new Date(occurredAt);
  const event = { version: 1, subject: moveId, correlationId };
  if (!truck) {
    await tx.change(LEAVE_WITHOUT, { ...facts, requestedAt });
    const data = { moveId, date: day, volumeM3 };
    await addEvent(tx, { ...event, detailType: "TruckUnavailable", data }, now);
    return;
  }
  await tx.change(RESERVE, { ...facts, requestedAt, truckId: uuid(truck.id), now });
  if (before !== null && before !== truck.id) await giveBack(tx, before, now);
  const data = {
    moveId,
    truckId: truck.id,
    plate: truck.plate,
    capacityM3: Number(truck.capacity_m3),
    date: day,
  };
  await addEvent(tx, { ...event, detailType: "TruckAssigned", data }, now);
}

/** The truck that is wanted; when any will do, the one that the move has if it still fits, else the best. */
async function select(
  tx: Statements,
  wanted: string | undefined,
  before: string | null,
  facts: Parameters,
): Promise<Truck | undefined> {
  const preferred = wanted ?? before;
  const truck = preferred && (await tx.one<Truck>(WANTED, { ...facts, truckId: uuid(preferred) }));
  if (truck || wanted !== undefined) return truck || undefined;
  return tx.one<Truck>(BEST, facts);
}

async function giveBack(tx: Statements, truckId: string, now: Date): Promise<void> {
  await tx.change(GIVE_BACK, { truckId: uuid(truckId), now });
}
