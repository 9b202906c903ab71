/** What tests do with the moves and the fleet, and how they look at what these did. */
import { expect } from "chai";
import type { LocalCloud } from "../../../local/local-cloud.ts";
import { gatewayEvent } from "../../handlers/support/events.ts";
import { eventually } from "../../support/eventually.ts";
import { functionNamed } from "./crashes.ts";

export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly group: "clients" | "employees";
}

export interface MoveAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
}

export interface MoveQuestion {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An order that nobody else has: each on a day of its own, so that tests do not take each other's trucks. */
export function newOrder(volumeM3: number, date = newDay()): object {
  return { origin: "Calle Mayor 1, Madrid", destination: "Gran Vía 2, Bilbao", volumeM3, date };
}

let days = 0;

export function newDay(): string {
  return new Date(Date.UTC(2190, 0, ++days)).toISOString().slice(0, 10);
}

/** The functions behind the routes. */
const ROUTES: readonly (readonly [route: string, component: string])[] = [
  ["POST /moves", "moves-create"],
  ["GET /moves", "moves-list"],
  ["GET /moves/{id}", "moves-get"],
  ["POST /moves/{id}/truck", "moves-request-truck"],
  ["POST /moves/{id}/completion", "moves-complete"],
  ["POST /moves/{id}/cancellation", "moves-cancel"],
  ["POST /moves/{id}/positions", "moves-add-position"],
  ["GET /moves/{id}/positions", "moves-list-positions"],
];

export class MovesDriver {
  readonly #cloud: LocalCloud;
  readonly employee: Person = { userId: "employee-1", email: "eva@example.com", group: "employees" };

  constructor(cloud: LocalCloud) {
    this.#cloud = cloud;
  }

  newClient(): Person {
    const userId = crypto.randomUUID();
    return { userId, email: `${userId}@example.com`, group: "clients" };
  }

  /** One request of a person. */
  async send(person: Person, method: string, path: string, question: MoveQuestion = {}): Promise<MoveAnswer> {
    const [pathname = "", search = ""] = path.split("?");
    const [, id] = /^\/moves\/([^/]+)/.exec(pathname) ?? [];
    const wanted = `${method} ${id === undefined ? pathname : pathname.replace(id, "{id}")}`;
    const [route, component] = ROUTES.find(([known]) => known === wanted) ?? [
      `${method} /{proxy+}`,
      "fleet-app",
    ];
    const event = gatewayEvent(route, {
      ...(question.headers && { headers: question.headers }),
      ...(search !== "" && { query: Object.fromEntries(new URLSearchParams(search)) }),
      ...(id !== undefined && { path: { id } }),
      ...(component === "fleet-app" && { url: pathname }),
      body: question.body,
      authorizer: { userId: person.userId, email: person.email, groups: person.group },
    });
    const name = functionNamed(this.#cloud, component);
    const { region, account } = this.#cloud.world;
    const arn = `arn:aws:lambda:${region}:${account}:function:${name}:live`;
    const { payload, functionError } = await this.#cloud.cloud.services.lambda.invoke(arn, event, wanted);
    if (functionError) return { status: 502, headers: {}, body: { functionError: payload } };
    const { statusCode, headers, body } = JSON.parse(payload) as {
      statusCode: number;
      headers: Record<string, string>;
      body: string;
    };
    return { status: statusCode, headers, body: body === "" ? {} : JSON.parse(body) };
  }

  /** A truck on a day of its own, so that tests do not take each other's. */
  async addTruck(capacityM3: number): Promise<{ readonly id: string; readonly plate: string }> {
    const plate = crypto.randomUUID().slice(0, 8);
    const { status, body } = await this.send(this.employee, "POST", "/trucks", {
      body: { plate, capacityM3 },
    });
    expect(status, JSON.stringify(body)).to.equal(201);
    return { id: String(body.id), plate };
  }

  async register(client: Person, order: object, headers: MoveQuestion["headers"] = {}): Promise<string> {
    const { status, body } = await this.send(client, "POST", "/moves", { body: order, headers });
    expect(status, JSON.stringify(body)).to.equal(201);
    return String(body.id);
  }

  /** The move, once it has a status. */
  async reach(id: string, status: string, within = 20_000): Promise<MoveAnswer["body"]> {
    return eventually(async () => {
      const { body } = await this.send(this.employee, "GET", `/moves/${id}`);
      expect(body.status, JSON.stringify(body)).to.equal(status);
      return body;
    }, within);
  }

  report(id: string, lat: number, at = new Date().toISOString()): Promise<MoveAnswer> {
    return this.send(this.employee, "POST", `/moves/${id}/positions`, { body: { lat, lon: -3.7, at } });
  }

  /** Subjects of the e-mails to a person, in the order in which they were sent. */
  mailsTo({ email }: Person): readonly string[] {
    const mails = this.#cloud.cloud.services.mailbox.list().filter(({ to }) => to === email);
    return mails.map(({ subject }) => subject);
  }

  /** The events of a move that were on the bus, by detail type: how often each, under how many ids. */
  eventsOf(moveId: string): Readonly<Record<string, { readonly times: number; readonly ids: number }>> {
    const found = new Map<string, string[]>();
    for (const { detailType, detail } of this.#cloud.cloud.services.events.recent()) {
      const { eventId, data } = detail as { eventId?: string; data?: { moveId?: string } };
      if (data?.moveId !== moveId || eventId === undefined) continue;
      found.set(detailType, [...(found.get(detailType) ?? []), eventId]);
    }
    return Object.fromEntries(
      [...found].map(([type, ids]) => [type, { times: ids.length, ids: new Set(ids).size }]),
    );
  }
}
