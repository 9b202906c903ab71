/** The first event of each function: one that makes it work, so that it calls AWS. */
import { createHmac } from "node:crypto";
import { type Items, SECRET } from "./aws-stub.ts";
import type { DeployedFunction } from "./deployed.ts";
import { ID } from "./ids.ts";
import { ASKED_OF_FLEET, ASKED_OF_MOVES, authorizerEvent, EVENTS_OF_MOVES, TRACK } from "./move-events.ts";

export { ID } from "./ids.ts";

const NOW = new Date();
const QUEUED = `${NOW.getTime()}~benchbench`;
const SOON = new Date(NOW.getTime() + 3 * 86_400_000).toISOString();
export const BOOKING_DAY = SOON.slice(0, 10);
const BOOKING = { providerId: ID, startsAt: SOON, client: { name: "Grace", email: "grace@example.com" } };
const CALENDLY = JSON.stringify({
  event: "invitee.created",
  payload: {
    uri: "https://api.calendly.com/invitees/1",
    name: "Grace",
    email: "grace@example.com",
    scheduled_event: { event_type: "https://api.calendly.com/event_types/LOCAL", start_time: SOON },
  },
});

export interface Asked {
  /** Values of the path's parameters, where they differ from those of most routes. */
  readonly path?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the API's authorizer said of the caller. */
  readonly authorizer?: Readonly<Record<string, string>>;
}

/** What an operation is asked beyond its path. */
const ASKED: Readonly<Record<string, Asked>> = {
  "POST /tasks": { body: { title: "Call the painter" } },
  "PUT /tasks/{id}": { body: { title: "Call the painter" } },
  "POST /tasks/{id}/upload": { body: { fileName: "plan.pdf", contentType: "application/pdf", size: 1000 } },
  "POST /imports": { body: { fileName: "tasks.csv", size: 1000 } },
  "POST /records": { body: { name: "One" } },
  "PUT /records/{id}": { body: { name: "One" } },
  "POST /providers": { body: { name: "Ada" } },
  "PUT /providers/{id}/availability": {
    body: { date: BOOKING_DAY, from: "09:00", to: "17:00", slotMinutes: 30 },
  },
  "GET /bookings/{id}": { path: { id: QUEUED } },
  "GET /providers/{id}/slots": { query: { date: BOOKING_DAY } },
  "POST /appointments": { body: BOOKING },
  "GET /appointments": { query: { clientEmail: BOOKING.client.email } },
  "PUT /appointments/{id}": { body: { startsAt: SOON } },
  "POST /webhooks/calendly": {
    body: CALENDLY,
    // Of this moment: it holds for minutes.
    get headers() {
      return { "calendly-webhook-signature": signature(CALENDLY) };
    },
  },
  ...ASKED_OF_MOVES,
};

const times = { createdAt: NOW.toISOString(), updatedAt: NOW.toISOString(), correlationId: "bench" };
const task = {
  pk: `TASK#${ID}`,
  sk: "TASK",
  id: ID,
  title: "Call the painter",
  type: "standard",
  priority: "normal",
  status: "open",
  version: 1,
  ...times,
};
const appointment = { id: ID, ...BOOKING, status: "booked", version: 1, ...times };
const totals = { created: 1, rejected: 0, errors: [] };
const booked = {
  eventId: `appointment-${ID}-1`,
  type: "AppointmentBooked",
  version: 1,
  occurredAt: NOW.toISOString(),
  correlationId: "bench",
  appointment,
};
const file = { key: `imports/${ID}/tasks.csv`, etag: "stub", size: 44 };
const progress = { columns: ["title", "description"], offset: 18, row: 2, line: 2 };
export const importState = {
  action: "import",
  importId: ID,
  correlationId: "bench",
  ...file,
  ...progress,
  startedAt: NOW.toISOString(),
  ...totals,
  done: false,
};
const step = (state: object) => ({ execution: "arn:aws:states:::execution:bench", state });

/** Events of functions that answer no API. */
const EVENTS: Readonly<Record<string, unknown>> = {
  "records-track-prices": { scheduledAt: NOW.toISOString() },
  "tasks-publish-created": stream("INSERT", task),
  "tasks-process-task": queue(
    JSON.stringify({ Message: JSON.stringify({ ...booked, type: "TaskCreated", task }) }),
  ),
  "tasks-clean-up": stream("REMOVE", task),
  "tasks-attachment-stored": { detail: { object: { ...file, key: `attachments/${ID}/${ID}` } } },
  "tasks-import-begin": step({ detail: { object: file } }),
  "tasks-import-chunk": step(importState),
  "tasks-import-report": step(importState),
  "tasks-import-failed": step({ ...importState, reason: "The file is empty." }),
  "appointments-process-booking": queue(JSON.stringify(BOOKING)),
  "appointments-publish-changes": stream("INSERT", {
    pk: `APPOINTMENT#${ID}`,
    sk: "APPOINTMENT",
    ...appointment,
  }),
  "appointments-send-email": queue(JSON.stringify(booked)),
  "appointments-send-whatsapp": queue(
    JSON.stringify({
      ...booked,
      appointment: { ...appointment, client: { ...BOOKING.client, phone: "+34600000000" } },
    }),
  ),
  "appointments-plan-reminder": queue(JSON.stringify(booked)),
  "appointments-remind": { appointmentId: ID, startsAt: SOON },
  "appointments-audit-writer": stream("INSERT", task),
  "appointments-backup-exporter": { scheduledAt: NOW.toISOString() },
  ...EVENTS_OF_MOVES,
};

/** What DynamoDB has when functions ask for it. */
export const STORED: Items = {
  [task.pk]: attributes(task),
  [ID]: TRACK,
  [`APPOINTMENT#${ID}`]: attributes(appointment),
  [`PROVIDER#${ID}`]: attributes({ id: ID, name: "Ada", version: 1, startsAt: SOON, endsAt: SOON, ...times }),
  [`ENTITY#${ID}`]: attributes({ id: ID, name: "One", version: 1, ...times }),
  [`IMPORT#${ID}`]: attributes({
    importId: ID,
    fileName: "tasks.csv",
    status: "running",
    ...totals,
    ...times,
  }),
};

/** @throws Error when none is known for a function */
export function firstEventOf({ name, route, variables }: DeployedFunction): unknown {
  if (variables.JWKS_URI !== undefined) return authorizerEvent(variables);
  if (route?.startsWith("ANY ")) return gatewayEvent(ASKED_OF_FLEET.route, ASKED_OF_FLEET.asked);
  if (route !== undefined) return gatewayEvent(route, ASKED[route] ?? {});
  if (!(name in EVENTS)) throw new Error(`bench/functions/first-events.ts has no first event for ${name}.`);
  return EVENTS[name];
}

/** An event of a REST API with Lambda proxy integration. */
export function gatewayEvent(route: string, { path: known, body, query, headers: own, authorizer }: Asked) {
  const [httpMethod = "", resource = ""] = route.split(" ");
  const names = [...resource.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const path = known ?? Object.fromEntries(names.map((name) => [name, name === "id" ? ID : "bitcoin"]));
  const headers = { host: "api.example.com", "content-type": "application/json", ...own };
  const lists = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
  return {
    resource,
    path: resource.replace(/\{(\w+)\}/g, (_, name: string) => path[name] ?? ""),
    httpMethod,
    headers,
    multiValueHeaders: lists(headers),
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: query ? lists(query) : null,
    pathParameters: names.length > 0 ? path : null,
    stageVariables: null,
    requestContext: {
      requestId: ID,
      stage: "live",
      path: `/live${resource}`,
      domainName: "api.example.com",
      identity: { apiKeyId: "key", sourceIp: "127.0.0.1" },
      authorizer: authorizer ?? null,
    },
    body: body === undefined || typeof body === "string" ? (body ?? null) : JSON.stringify(body),
    isBase64Encoded: false,
  };
}

function queue(body: string) {
  const attribute = (stringValue: string) => ({ stringValue, dataType: "String" });
  const messageAttributes = {
    Id: attribute(QUEUED),
    Route: attribute("POST /bookings"),
    CorrelationId: attribute("bench"),
  };
  return { Records: [{ messageId: "1", body, attributes: {}, messageAttributes, eventSource: "aws:sqs" }] };
}

function stream(eventName: "INSERT" | "REMOVE", item: Readonly<Record<string, unknown>>) {
  const image = attributes(item);
  const dynamodb = {
    ApproximateCreationDateTime: NOW.getTime() / 1000,
    Keys: { pk: image.pk, sk: image.sk },
    SequenceNumber: "1",
    ...(eventName === "INSERT" ? { NewImage: image } : { OldImage: image }),
  };
  return { Records: [{ eventID: "1", eventName, eventSource: "aws:dynamodb", dynamodb }] };
}

function attributes(item: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attribute(value)]));
}

function attribute(value: unknown): unknown {
  if (typeof value === "number") return { N: String(value) };
  if (Array.isArray(value)) return { L: value.map(attribute) };
  if (typeof value === "object" && value !== null) return { M: attributes({ ...value }) };
  return { S: String(value) };
}

function signature(body: string): string {
  const time = Math.floor(Date.now() / 1000);
  return `t=${time},v1=${createHmac("sha256", SECRET).update(`${time}.${body}`).digest("hex")}`;
}
