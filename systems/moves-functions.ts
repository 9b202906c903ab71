/** The functions of the moves, each with a role of its own and exactly what it needs. */
import type { AlarmedFunction } from "../components/alarmed-function.ts";
import type { EmailSender } from "../components/email-sender.ts";
import type { EventBus } from "../components/event-bus.ts";
import type { OutboxRelay } from "../components/outbox-relay.ts";
import type { RelationalDatabase } from "../components/relational-database.ts";
import type { SecureTable } from "../components/secure-table.ts";
import type { MovesSettings } from "../settings/moves.ts";
import type { FunctionFactory } from "./functions.ts";
import type { MoveOperation } from "./moves-routes.ts";
import type { SystemArgs } from "./system.ts";

/** What the three services of this system keep, each for itself. */
export interface MoveStores {
  /** Moves. */
  readonly database: RelationalDatabase;
  readonly relay: OutboxRelay;
  /** Where trucks are. */
  readonly tracking: SecureTable;
  /** What clients were written. */
  readonly notifications: SecureTable;
  readonly sender: EmailSender;
}

/** Longer than a database takes to resume from its pause is for consumers; an API answers 503 before. */
const API_SECONDS = 20;

/** The functions behind the API's routes. */
export function createMoveOperations(
  make: FunctionFactory,
  { settings, cursorKey, allowedOrigins }: SystemArgs<MovesSettings>,
  { database, relay, tracking }: MoveStores,
): Record<MoveOperation, AlarmedFunction> {
  const environment = { CORS_ALLOWED_ORIGINS: allowedOrigins.join(",") };
  const DATABASE_PATH = database.link([]);
  const CURSOR_KEY_SECRET_ARN = cursorKey.link("read");
  const changing = (path: string, description: string) =>
    make(path, {
      description,
      environment,
      timeoutSeconds: API_SECONDS,
      links: { DATABASE_PATH, OUTBOX_QUEUE_URL: relay.link("wake") },
    });
  const reading = { environment, timeoutSeconds: API_SECONDS };
  return {
    create: changing("create", "POST /moves"),
    list: make("list", {
      ...reading,
      description: "GET /moves",
      links: { DATABASE_PATH, CURSOR_KEY_SECRET_ARN },
    }),
    get: make("get", { ...reading, description: "GET /moves/{id}", links: { DATABASE_PATH } }),
    requestTruck: changing("request-truck", "POST /moves/{id}/truck"),
    complete: changing("complete", "POST /moves/{id}/completion"),
    cancel: changing("cancel", "POST /moves/{id}/cancellation"),
    addPosition: make("tracking/add-position", {
      description: "POST /moves/{id}/positions",
      environment: { ...environment, POSITION_KEEP_DAYS: String(settings.positionKeepDays) },
      links: { TRACKING_TABLE: tracking.link(["get", "put", "update", "check"]) },
    }),
    listPositions: make("tracking/list-positions", {
      description: "GET /moves/{id}/positions",
      environment,
      links: { TRACKING_TABLE: tracking.link(["get", "query"]), CURSOR_KEY_SECRET_ARN },
    }),
  };
}

export type MoveConsumer = "assignment" | "tracking" | "notification" | "started";

/** Longer than a database takes that resumes from its pause. */
const CONSUMER_SECONDS = 60;

/** What follows from events. */
export function createMoveConsumers(
  make: FunctionFactory,
  bus: EventBus,
  { database, tracking, notifications, sender }: MoveStores,
): Record<MoveConsumer, AlarmedFunction> {
  return {
    assignment: make("apply-events", {
      description: "Notes in moves what fleet and tracking tell of them.",
      timeoutSeconds: CONSUMER_SECONDS,
      links: { DATABASE_PATH: database.link([]) },
    }),
    tracking: make("tracking/follow-moves", {
      description: "Begins and ends the tracking of moves.",
      links: { TRACKING_TABLE: tracking.link("update") },
    }),
    notification: make("notification/notify-client", {
      description: "Writes to clients what becomes of their moves.",
      links: {
        NOTIFICATIONS_TABLE: notifications.link(["get", "put", "update"]),
        SENDER: sender.link("send"),
      },
    }),
    started: make("tracking/publish-started", {
      description: "Tells that moves have started.",
      environment: { EVENT_SOURCE: TRACKING_SOURCE },
      links: { EVENT_BUS: bus.link("publish", TRACKING_SOURCE) },
    }),
  };
}

const TRACKING_SOURCE = "andamio.tracking";
