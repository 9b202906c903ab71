/** A step that a request asks for. */
import { etag, expectedVersions, staleVersion } from "../shared/conditional.ts";
import type { Statements } from "../shared/database.ts";
import type { WaitingEvent, WakeUp } from "../shared/outbox.ts";
import { conflict } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { callerOf, type Group } from "./access.ts";
import { type StepName, statusAfter } from "./lifecycle.ts";
import { idOf, isVisible, type Move, moveNotFound, toMove, wrongStep } from "./move.ts";
import { moveEvent } from "./move-events.ts";
import { earlierAnswer, findMove, updateMove } from "./move-store.ts";
import { publishing } from "./publishing.ts";

const ATTEMPTS = 5;

export interface RequestedStep {
  readonly step: StepName;
  /** Who may take it. */
  readonly groups: readonly [Group, ...Group[]];
  /** The event that tells of it. */
  readonly detailType: string;
  /** What the event says besides the move's id. @default nothing */
  readonly data?: (move: Move) => object;
  /** What the step changes besides the status. */
  readonly changes?: Partial<Move>;
  /** @default 200 */
  readonly status?: number;
}

/**
 * Takes a step of the move that a request is about, and tells of it.
 * @throws Problem 404 for a move that the caller may not see, 409 when the step may not be taken now, 412 when the move has
 * another version than If-Match names
 */
export async function takeStep(
  request: ApiRequest,
  database: Statements,
  wakeUp: WakeUp,
  asked: RequestedStep,
): Promise<ApiResponse> {
  const caller = callerOf(request, ...asked.groups);
  const id = idOf(request);
  const versions = expectedVersions(request);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const now = new Date();
    const earlier = await earlierAnswer(database, request, now);
    if (earlier) return earlier;
    const before = await findMove(database, id);
    if (!before || !isVisible(before, caller)) throw moveNotFound();
    if (versions && !versions.includes(before.version)) throw staleVersion();
    const after = moveAfter(before, asked, now);
    const headers = { etag: etag(after.version) };
    const response = { status: asked.status ?? 200, headers, body: toMove(after, caller) };
    const together = { event: eventOf(after, asked, request.id, now), answer: { request, response } };
    if (await publishing(wakeUp, () => updateMove(database, after, together))) return response;
  }
  throw conflict("The move is being changed by others. Try again shortly.");
}

function moveAfter(before: Move, { step, changes }: RequestedStep, now: Date): Move {
  const status = statusAfter(before.status, step);
  if (status === undefined) throw wrongStep(before);
  return { ...before, ...changes, status, version: before.version + 1, updatedAt: now.toISOString() };
}

function eventOf(
  move: Move,
  { detailType, data }: RequestedStep,
  correlationId: string,
  now: Date,
): WaitingEvent {
  return moveEvent(detailType, { moveId: move.id, ...data?.(move) }, correlationId, now);
}
