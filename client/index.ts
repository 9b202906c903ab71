/**
 * Typed clients of the APIs: paths, parameters, bodies and answers are checked by the compiler, and at run time there is
 * `fetch` and little else. The types are made from the OpenAPI documents (`npm run openapi`).
 *
 *     const tasks = tasksClient({ baseUrl: tasksApiUrl, apiKey: tasksApiKey });
 *     const { data, error } = await tasks.POST("/tasks", { body: { title: "Call the plumber" } });
 */
import createClient, { type Client } from "openapi-fetch";
import type { paths as Appointments } from "./types/appointments.ts";
import type { paths as Fleet } from "./types/fleet.ts";
import type { paths as Moves } from "./types/moves.ts";
import type { paths as Records } from "./types/records.ts";
import type { paths as Tasks } from "./types/tasks.ts";

export interface ClientOptions {
  /** The stack output `<system>ApiUrl`. */
  readonly baseUrl: string;
  /** Sends requests. @default the global fetch */
  readonly fetch?: (request: Request) => Promise<Response>;
}

export interface KeyOptions extends ClientOptions {
  /** The stack output `<system>ApiKey`. */
  readonly apiKey: string;
}

export interface TokenOptions extends ClientOptions {
  /** An access token of the stack's user pool, or what gets one: it is asked before every request. */
  readonly token: string | (() => string | Promise<string>);
}

export type AppointmentsClient = Client<Appointments>;
export type FleetClient = Client<Fleet>;
export type MovesClient = Client<Moves>;
export type RecordsClient = Client<Records>;
export type TasksClient = Client<Tasks>;

/** Providers, their free slots, and appointments with them. */
export function appointmentsClient(options: KeyOptions): AppointmentsClient {
  return withKey<Appointments>(options);
}

/** Trucks and drivers, for employees. */
export function fleetClient(options: TokenOptions): FleetClient {
  return withToken<Fleet>(options);
}

/** Moves, for clients and employees. */
export function movesClient(options: TokenOptions): MovesClient {
  return withToken<Moves>(options);
}

/** Records and prices, for everybody. */
export function recordsClient(options: ClientOptions): RecordsClient {
  return createClient<Records>(options);
}

/** Tasks, their attachments and imports. */
export function tasksClient(options: KeyOptions): TasksClient {
  return withKey<Tasks>(options);
}

function withKey<Paths extends object>({ apiKey, ...options }: KeyOptions): Client<Paths> {
  return createClient<Paths>({ ...options, headers: { "x-api-key": apiKey } });
}

function withToken<Paths extends object>({ token, ...options }: TokenOptions): Client<Paths> {
  const client = createClient<Paths>(options);
  client.use({
    async onRequest({ request }) {
      request.headers.set("authorization", `Bearer ${typeof token === "string" ? token : await token()}`);
    },
  });
  return client;
}
