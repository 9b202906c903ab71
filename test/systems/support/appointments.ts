/** What tests do with the appointments through their API. */
import type { AppointmentsClient } from "../../../client/index.ts";
import type { LocalCloud } from "../../../local/local-cloud.ts";
import { type Answer, ApiClient, type Question } from "./client.ts";
import { dataOf, typedAppointments } from "./typed-clients.ts";

const DAY_MS = 86_400_000;

export const CLIENT = { name: "Grace Hopper", email: "grace@example.com" };

/** A day from now, as the API writes days. */
export function dayFromNow(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

export class AppointmentsDriver {
  readonly typed: AppointmentsClient;
  /** For requests that the typed client would not send, and answers as they are. */
  readonly api: ApiClient;
  readonly anonymous: ApiClient;

  constructor(cloud: LocalCloud) {
    const { outputValues } = cloud;
    this.typed = typedAppointments(cloud);
    const { appointmentsApiUrl, appointmentsApiKey } = outputValues;
    this.api = new ApiClient(String(appointmentsApiUrl), { "x-api-key": String(appointmentsApiKey) });
    this.anonymous = new ApiClient(String(appointmentsApiUrl));
  }

  async provider(name = "Ada Lovelace"): Promise<string> {
    return dataOf(await this.typed.POST("/providers", { body: { name } })).id;
  }

  async open(providerId: string, date: string, from: string, to: string, slotMinutes: number): Promise<void> {
    const body = { date, from, to, slotMinutes };
    const params = { path: { id: providerId } };
    dataOf(await this.typed.PUT("/providers/{id}/availability", { params, body }));
  }

  /** When the free slots of a day begin. */
  async slots(providerId: string, date: string): Promise<string[]> {
    const params = { path: { id: providerId }, query: { date } };
    const { items } = dataOf(await this.typed.GET("/providers/{id}/slots", { params }));
    return items.map(({ startsAt }) => startsAt);
  }

  book(providerId: string, startsAt: string, headers: Question["headers"] = {}): Promise<Answer> {
    return this.api.once("POST", "/appointments", {
      body: { providerId, startsAt, client: CLIENT },
      headers,
    });
  }

  /** Puts a booking into the queue. */
  request(providerId: string, startsAt: string, headers: Question["headers"] = {}): Promise<Answer> {
    return this.api.once("POST", "/bookings", { body: { providerId, startsAt, client: CLIENT }, headers });
  }
}

/** How many answers there are of each status. */
export function statusesOf(answers: readonly Answer[]): Record<number, number> {
  const groups = Object.groupBy(answers, ({ status }) => status);
  return Object.fromEntries(Object.entries(groups).map(([status, all]) => [status, all?.length ?? 0]));
}
