/** What tests do with the moves and the fleet, and how they look at what these did. */
import {
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import type { FleetClient, MovesClient } from "../../../client/index.ts";
import type { components } from "../../../client/types/moves.ts";
import type { LocalCloud } from "../../../local/local-cloud.ts";
import { eventually } from "../../support/eventually.ts";
import { ApiClient, type Question } from "./client.ts";
import { dataOf, typedFleet, typedMoves } from "./typed-clients.ts";

export type Group = "clients" | "employees";

/** What a client asks for. */
export type Order = components["schemas"]["PostMovesRequest"];
export type Move = components["schemas"]["Move"];

export interface MoveAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Tokens are taken for an hour of the cloud's time, which tests advance. */
const TOKEN_MS = 50 * 60_000;

/** Somebody with an account, who signs in again before a token expires. */
export class Person {
  readonly #cloud: LocalCloud;
  readonly #group: Group;
  readonly email: string;
  /** The clients that this person's own program would use. */
  readonly moves: MovesClient;
  readonly fleet: FleetClient;
  #token = Promise.resolve("");
  #goodUntil = 0;

  constructor(cloud: LocalCloud, group: Group, email = `${crypto.randomUUID()}@example.com`) {
    this.#cloud = cloud;
    this.#group = group;
    this.email = email;
    this.moves = typedMoves(cloud, () => this.token());
    this.fleet = typedFleet(cloud, () => this.token());
  }

  /** An access token. */
  token(): Promise<string> {
    const { clock, services } = this.#cloud.cloud;
    if (clock.now() > this.#goodUntil) {
      this.#goodUntil = clock.now() + TOKEN_MS;
      const person = { pool: "users-pool", group: this.#group, username: this.email };
      this.#token = services.cognito.signInPerson(person).then(({ accessToken }) => accessToken);
    }
    return this.#token;
  }
}

/** An order that nobody else has: each on a day of its own, so that tests do not take each other's trucks. */
export function newOrder(volumeM3: number, date = newDay()): Order {
  return { origin: "Calle Mayor 1, Madrid", destination: "Gran Vía 2, Bilbao", volumeM3, date };
}

let days = 0;

export function newDay(): string {
  return new Date(Date.UTC(2190, 0, ++days)).toISOString().slice(0, 10);
}

/** Paths of the fleet; everything else is of the moves. */
const OF_FLEET = /^\/(trucks|drivers|health)\b/;

export class MovesDriver {
  readonly #cloud: LocalCloud;
  readonly #moves: ApiClient;
  readonly #fleet: ApiClient;
  readonly employee: Person;

  constructor(cloud: LocalCloud) {
    this.#cloud = cloud;
    this.#moves = new ApiClient(String(cloud.outputValues.movesApiUrl));
    this.#fleet = new ApiClient(String(cloud.outputValues.fleetApiUrl));
    this.employee = new Person(cloud, "employees");
  }

  newClient(): Person {
    return new Person(this.#cloud, "clients");
  }

  /** A client who signs up as everybody does, with the code that comes by e-mail. */
  async signUp(): Promise<Person> {
    const client = this.newClient();
    const { region, endpoint } = this.#cloud.world;
    const credentials = { accessKeyId: "nobody", secretAccessKey: "nothing" };
    const cognito = new CognitoIdentityProviderClient({ endpoint, region, credentials });
    const who = { ClientId: String(this.#cloud.outputValues.userPoolClientId), Username: client.email };
    await cognito.send(new SignUpCommand({ ...who, Password: "Correct-horse-1" }));
    const mail = this.#cloud.cloud.services.mailbox.list().find(({ to }) => to === client.email);
    const [ConfirmationCode] = /\d{6}/.exec(mail?.body ?? "") ?? [];
    await cognito.send(new ConfirmSignUpCommand({ ...who, ConfirmationCode }));
    cognito.destroy();
    return client;
  }

  /** One request of a person, to the fleet or to the moves. */
  async send(person: Person, method: string, path: string, question: Question = {}): Promise<MoveAnswer> {
    const headers = { authorization: `Bearer ${await person.token()}`, ...question.headers };
    const api = OF_FLEET.test(path) ? this.#fleet : this.#moves;
    const { body, ...answer } = await eventually(async () => {
      const given = await api.send(method, path, { ...question, headers });
      // Its database resumes from a pause, into which a test before has advanced the clock.
      expect(given.status, JSON.stringify(given.body)).to.not.equal(503);
      return given;
    });
    return { ...answer, body: body as MoveAnswer["body"] };
  }

  /** A truck on a day of its own, so that tests do not take each other's. */
  async addTruck(capacityM3: number): Promise<{ readonly id: string; readonly plate: string }> {
    const plate = crypto.randomUUID().slice(0, 8);
    const body = { plate, capacityM3 };
    const { id } = dataOf(await this.employee.fleet.POST("/trucks", { body }));
    return { id, plate };
  }

  async register(client: Person, body: Order, headers: Question["headers"] = {}): Promise<string> {
    return dataOf(await client.moves.POST("/moves", { body, headers })).id;
  }

  /** What an employee sees of a move. */
  async read(id: string): Promise<Move> {
    return dataOf(await this.employee.moves.GET("/moves/{id}", { params: { path: { id } } }));
  }

  /** The move, once it has a status. */
  reach(id: string, status: Move["status"], within = 20_000): Promise<Move> {
    return eventually(async () => {
      const move = await this.read(id);
      expect(move.status, JSON.stringify(move)).to.equal(status);
      return move;
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
