/** Patience with moves whose events are still on their way to tracking. */
import type { Table } from "../../shared/dynamo.ts";
import { findTrack, type Track } from "./track-store.ts";

const PAUSES_MS = [100, 200, 400, 800, 800];
const YOUNG_MS = 60_000;

/** Whether a move was registered in the last minute: its id begins with the time, in milliseconds. */
export function isYoung(id: string): boolean {
  return Number.parseInt(id.replace("-", "").slice(0, 12), 16) > Date.now() - YOUNG_MS;
}

/**
 * A track in the wanted state. Tracking learns of moves and trucks a moment later than the reader of `GET /moves/{id}` does;
 * so it looks again for two seconds before it says no.
 * @returns the track as it was seen last; undefined when there is none
 */
export async function awaitTrack(
  table: Table,
  moveId: string,
  isWanted: (track: Track) => boolean,
  mayChange: (track: Track | undefined) => boolean,
): Promise<Track | undefined> {
  for (const pause of PAUSES_MS) {
    const track = await findTrack(table, moveId);
    if ((track && isWanted(track)) || !mayChange(track)) return track;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return findTrack(table, moveId);
}
