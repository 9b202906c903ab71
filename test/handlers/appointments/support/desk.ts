/** A table of appointments and what its users do with it. */
import type { Appointment } from "../../../../handlers/appointments/appointment.ts";
import { book } from "../../../../handlers/appointments/booking.ts";
import { cancel } from "../../../../handlers/appointments/cancel.ts";
import { createProvider } from "../../../../handlers/appointments/create-provider.ts";
import { showSlots } from "../../../../handlers/appointments/list-slots.ts";
import { reschedule } from "../../../../handlers/appointments/reschedule.ts";
import { setAvailability } from "../../../../handlers/appointments/set-availability.ts";
import type { Table } from "../../../../handlers/shared/dynamo.ts";
import { Problem } from "../../../../handlers/shared/problem.ts";
import type { ApiResponse } from "../../../../handlers/shared/response.ts";
import { newTable } from "../../support/aws.ts";
import { request } from "../../support/events.ts";

export const HORIZON_DAYS = 365;
export const CLIENT = { name: "Grace Hopper", email: "Grace@example.com" };

type Headers = Readonly<Record<string, string>>;

export class Desk {
  readonly table: Table;
  readonly providerId: string;
  /** A day that is a week away. */
  readonly date = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);

  private constructor(table: Table, providerId: string) {
    this.table = table;
    this.providerId = providerId;
  }

  static async open(shared?: Table): Promise<Desk> {
    const table = shared ?? (await newTable(["lists"]));
    const { body } = await createProvider(request("POST /providers", { body: { name: "Ada" } }), table);
    return new Desk(table, (body as { id: string }).id);
  }

  /** The same desk over another view of its table. */
  at(table: Table): Desk {
    return Object.assign(new Desk(table, this.providerId), { date: this.date });
  }

  /** The time of a clock on the day, as answers write it. */
  time(time: string): string {
    return `${this.date}T${time}:00.000Z`;
  }

  hours(from: string, to: string, slotMinutes: number, headers: Headers = {}): Promise<ApiResponse> {
    const body = { date: this.date, from, to, slotMinutes };
    const path = { id: this.providerId };
    return setAvailability(request("PUT /providers/{id}/availability", { path, body, headers }), this.table);
  }

  book(time: string, headers: Headers = {}, client: object = CLIENT): Promise<ApiResponse> {
    const body = { providerId: this.providerId, startsAt: this.time(time), client };
    return book(request("POST /appointments", { body, headers }), this.table, HORIZON_DAYS);
  }

  async booked(time: string): Promise<Appointment> {
    return (await this.book(time)).body as Appointment;
  }

  move(id: string, body: object, headers: Headers = {}): Promise<ApiResponse> {
    const asked = request("PUT /appointments/{id}", { path: { id }, body, headers });
    return reschedule(asked, this.table, HORIZON_DAYS);
  }

  cancel(id: string, headers: Headers = {}): Promise<ApiResponse> {
    return cancel(request("DELETE /appointments/{id}", { path: { id }, headers }), this.table);
  }

  /** Clock times of the slots that can be booked. */
  async free(): Promise<string[]> {
    const query = { date: this.date };
    const asked = request("GET /providers/{id}/slots", { path: { id: this.providerId }, query });
    const { items } = (await showSlots(asked, this.table)).body as { items: { startsAt: string }[] };
    return items.map(({ startsAt }) => startsAt.slice(11, 16));
  }
}

/** The status that work is answered with. */
export async function statusOf(work: Promise<ApiResponse>): Promise<number> {
  try {
    return (await work).status;
  } catch (error) {
    if (error instanceof Problem) return error.status;
    throw error;
  }
}
