/** What tests do with the appointments through their API. */
import { expect } from "chai";
import type { LocalCloud } from "../../../local/local-cloud.ts";
import { type Answer, ApiClient, type Question } from "./client.ts";

const DAY_MS = 86_400_000;

export const CLIENT = { name: "Grace Hopper", email: "grace@example.com" };

/** A day from now, as the API writes days. */
export function dayFromNow(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

export class AppointmentsDriver {
  readonly api: ApiClient;
  readonly anonymous: ApiClient;

  constructor({ outputValues }: LocalCloud) {
    const { appointmentsApiUrl, appointmentsApiKey } = outputValues;
    this.api = new ApiClient(String(appointmentsApiUrl), { "x-api-key": String(appointmentsApiKey) });
    this.anonymous = new ApiClient(String(appointmentsApiUrl));
  }

  async provider(name = "Ada Lovelace"): Promise<string> {
    const answer = await this.api.once("POST", "/providers", { body: { name } });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return (answer.body as { id: string }).id;
  }

  async open(
    providerId: string,
    date: string,
    from: string,
    to: string,
    slotMinutes: number,
  ): Promise<Answer> {
    const body = { date, from, to, slotMinutes };
    const answer = await this.api.once("PUT", `/providers/${providerId}/availability`, { body });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer;
  }

  /** When the free slots of a day begin. */
  async slots(providerId: string, date: string): Promise<string[]> {
    const answer = await this.api.once("GET", `/providers/${providerId}/slots?date=${date}`);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return (answer.body as { items: { startsAt: string }[] }).items.map(({ startsAt }) => startsAt);
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
