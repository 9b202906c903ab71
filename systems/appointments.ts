import type * as pulumi from "@pulumi/pulumi";
import { AuditLog } from "../components/audit-log.ts";
import { Component } from "../components/base.ts";
import { EventPipeline } from "../components/event-pipeline.ts";
import { RestApi } from "../components/rest-api.ts";
import { SecureTable } from "../components/secure-table.ts";
import type { ServiceDashboardArgs } from "../components/service-dashboard.ts";
import { TableBackup } from "../components/table-backup.ts";
import type { AppointmentsSettings } from "../settings/appointments.ts";
import { calendlyRoute, createCalendlyWebhook } from "./appointments-calendly.ts";
import { createFunctions } from "./appointments-functions.ts";
import { createNotices } from "./appointments-notices.ts";
import { appointmentRoutes } from "./appointments-routes.ts";
import { functionFactory } from "./functions.ts";
import type { SystemArgs } from "./system.ts";

export type AppointmentsArgs = SystemArgs<AppointmentsSettings>;

/** A burst of bookings is what the queue is for; somebody is told when it does not end. */
const BACKLOG_ALARM = 10_000;
const OLDEST_BOOKING_SECONDS = 300;

/** What auditors ask about. Left out: records of requests, decisions and notices, which follow from these and go by themselves. */
const AUDITED = { sk: { S: ["PROVIDER", "APPOINTMENT", { prefix: "DAY#" }] } };

/**
 * Appointments with providers: their hours, the slots that follow from them, and who has which.
 *
 * Creates: one table, its audit log and its daily backup; a function with a role of its own per operation, the API with
 * keys, and the queue that `POST /bookings` fills without a function in front, with the function that empties it; what
 * tells clients by e-mail and WhatsApp; the webhook of Calendly.
 */
export class Appointments extends Component {
  readonly apiUrl: pulumi.Output<string>;
  /** Secret. */
  readonly apiKey: pulumi.Output<string> | undefined;
  /** What a dashboard shows of this system. */
  readonly watched: ServiceDashboardArgs;

  constructor(name: string, args: AppointmentsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Appointments", name, {}, opts);
    const table = createTable(name, args, this);
    const make = functionFactory("appointments", name, args.defaults, this);
    const { processBooking, ...operations } = createFunctions(make, args, table);
    const webhook = createCalendlyWebhook(name, args, table, make, this);
    const notices = createNotices(name, args, table, make, this);
    const { defaults } = args;
    const filter = [{ dynamodb: { Keys: AUDITED } }];
    const audit = new AuditLog(`${name}-audit`, { defaults, table, filter }, { parent: this });
    const backup = new TableBackup(`${name}-backup`, { defaults, table }, { parent: this });
    const bookings = new EventPipeline(
      `${name}-bookings`,
      {
        defaults,
        source: { sent: true },
        queue: { backlogAlarm: BACKLOG_ALARM, oldestMessageSeconds: OLDEST_BOOKING_SECONDS },
        consumer: processBooking,
        batch: { maximumConcurrency: args.settings.bookingWorkers },
      },
      { parent: this },
    );
    const routes = { ...appointmentRoutes(operations, bookings.sentQueue), ...calendlyRoute(webhook) };
    const api = createApi(name, args, routes, this);

    this.apiUrl = api.url;
    this.apiKey = api.apiKeyValue;
    const own = [...Object.values(operations), processBooking, ...(webhook ? [webhook] : [])];
    const parts: readonly ServiceDashboardArgs[] = [notices, audit.watched, backup.watched];
    this.watched = {
      apis: [api],
      functions: [...own, ...parts.flatMap(({ functions = [] }) => functions)],
      pipelines: [bookings, ...parts.flatMap(({ pipelines = [] }) => pipelines)],
      tables: [table],
    };
    this.registerOutputs({ apiUrl: this.apiUrl, apiKey: this.apiKey });
  }
}

function createTable(name: string, { defaults }: AppointmentsArgs, parent: pulumi.Resource): SecureTable {
  return new SecureTable(
    name,
    {
      defaults,
      partitionKey: "pk",
      sortKey: "sk",
      indexes: { lists: { partitionKey: "gsi1pk", sortKey: "gsi1sk" } },
      timeToLive: "expiresAt",
      stream: true,
    },
    { parent },
  );
}

function createApi(
  name: string,
  { defaults, settings, allowedOrigins, logging }: AppointmentsArgs,
  routes: ReturnType<typeof appointmentRoutes>,
  parent: pulumi.Resource,
): RestApi {
  const limits = { ratePerSecond: settings.ratePerSecond, burst: settings.burst };
  return new RestApi(
    `${name}-api`,
    {
      defaults,
      description: "Providers, their free slots, and appointments with them.",
      routes,
      throttle: limits,
      apiKey: { ...limits, quota: { limit: settings.dailyQuota, period: "DAY" } },
      cors: { allowedOrigins },
      logging,
    },
    { parent },
  );
}
