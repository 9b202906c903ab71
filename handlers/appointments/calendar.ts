/** How the working hours of a day become slots, and what a change of them means for the slots that there are. */
import type * as z from "zod";
import type { availabilitySchema } from "./provider.schema.ts";

/** When a provider works on a day, in UTC. */
export type Hours = z.infer<typeof availabilitySchema>;

/** A time that can be booked. */
export interface Span {
  readonly startsAt: string;
  readonly endsAt: string;
}

/** A slot as it is stored. */
export interface Slot extends Span {
  /** Who has it. */
  readonly appointmentId?: string;
  /** True when the provider no longer works then; such a slot is taken, and goes when its appointment does. */
  readonly withdrawn?: boolean;
}

/** The slots of a day: one after the other from `from`, those that end by `to`. */
export function slotsOf({ date, from, to, slotMinutes }: Hours): Span[] {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const at = (minutes: number) => new Date(midnight + minutes * 60_000).toISOString();
  const [first, last] = [minutesOf(from), minutesOf(to)];
  const count = Math.max(0, Math.floor((last - first) / slotMinutes));
  return Array.from({ length: count }, (_, index) => ({
    startsAt: at(first + index * slotMinutes),
    endsAt: at(first + (index + 1) * slotMinutes),
  }));
}

/** What has to happen to the slots of a day so that they are those of its hours. */
export interface Changes {
  /** Free ones that are to go. */
  readonly removed: readonly Slot[];
  /** Taken ones that go with their appointment. */
  readonly withdrawn: readonly Slot[];
  /** Withdrawn ones that are among the hours again. */
  readonly restored: readonly Slot[];
  /** New ones; none overlaps a taken one. */
  readonly opened: readonly Span[];
}

/**
 * Compares the slots that there are with those that the hours ask for. Taken slots stay, and what would overlap them
 * is not opened.
 */
export function changesOf(slots: readonly Slot[], wanted: readonly Span[]): Changes {
  const isWanted = (slot: Slot) => wanted.some((span) => isSame(span, slot));
  const taken = slots.filter(({ appointmentId }) => appointmentId !== undefined);
  const free = slots.filter(({ appointmentId }) => appointmentId === undefined);
  const opened = wanted.filter(
    (span) => !free.some((slot) => isSame(span, slot)) && !taken.some((slot) => overlaps(span, slot)),
  );
  return {
    // One that begins when a new one does is replaced by it.
    removed: free.filter(
      (slot) => !isWanted(slot) && !opened.some(({ startsAt }) => startsAt === slot.startsAt),
    ),
    withdrawn: taken.filter((slot) => !slot.withdrawn && !isWanted(slot)),
    restored: taken.filter((slot) => slot.withdrawn && isWanted(slot)),
    opened,
  };
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

const isSame = (one: Span, other: Span) => one.startsAt === other.startsAt && one.endsAt === other.endsAt;

const overlaps = (one: Span, other: Span) => one.startsAt < other.endsAt && other.startsAt < one.endsAt;
