/** What rescheduling and cancelling have in common. */
import { expectedVersions, staleVersion } from "../shared/conditional.ts";
import type { Table, TransactWrite } from "../shared/dynamo.ts";
import { contended, pauseAfter, TRANSACT_ATTEMPTS, transact } from "../shared/dynamo.ts";
import { Problem } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { AppointmentItem } from "./appointment.ts";
import { appointmentIdOf, appointmentNotFound } from "./appointment.ts";
import { appointmentChange, findAppointment } from "./appointment-store.ts";

/** What becomes of an appointment, and what is written in the same transaction. */
export interface Change {
  readonly changed: AppointmentItem;
  readonly writes: readonly TransactWrite[];
}

/**
 * Changes the appointment that a request names, as a whole or not at all; GetItem, PutItem and what `plan` needs.
 * @param plan decides on the appointment as it is; undefined leaves it so. Asked again when somebody was faster
 * @throws Problem 404, 412 when If-Match names another version, 503 when others stay in the way
 */
export async function changeAppointment(
  request: ApiRequest,
  table: Table,
  plan: (before: AppointmentItem) => Promise<Change | undefined>,
): Promise<AppointmentItem> {
  const id = appointmentIdOf(request);
  const versions = expectedVersions(request);
  for (let attempt = 1; attempt <= TRANSACT_ATTEMPTS; attempt++) {
    const before = await findAppointment(table, id);
    if (!before) throw appointmentNotFound();
    if (versions && !versions.includes(before.version)) throw staleVersion();
    const change = await plan(before);
    if (!change) return before;
    const { changed, writes } = change;
    const next = { ...changed, version: before.version + 1, updatedAt: new Date().toISOString() };
    const { status } = await transact(table, [appointmentChange(table, next, before.version), ...writes]);
    if (status === "committed") return next;
    await pauseAfter(attempt);
  }
  throw contended();
}

/** @throws Problem 409 when it has begun: what has happened is not changed */
export function refuseBegun({ startsAt }: AppointmentItem): void {
  if (Date.parse(startsAt) > Date.now()) return;
  throw new Problem(409, "Conflict", "The appointment has begun already.");
}
