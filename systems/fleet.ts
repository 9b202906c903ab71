import type * as pulumi from "@pulumi/pulumi";
import { AlarmedFunction } from "../components/alarmed-function.ts";
import { Component } from "../components/base.ts";
import type { DatabaseNetwork } from "../components/database-network.ts";
import type { EventBus } from "../components/event-bus.ts";
import { EventPipeline } from "../components/event-pipeline.ts";
import { OutboxRelay } from "../components/outbox-relay.ts";
import { RelationalDatabase } from "../components/relational-database.ts";
import type { ServiceDashboardArgs } from "../components/service-dashboard.ts";
import type { UserDirectory } from "../components/user-directory.ts";
import { WebApplication } from "../components/web-application.ts";
import type { FleetSettings } from "../settings/fleet.ts";
import { FLEET_ROUTES } from "./fleet-routes.ts";
import type { SystemArgs } from "./system.ts";

export interface FleetArgs extends SystemArgs<FleetSettings> {
  /** Where its database is. */
  readonly network: DatabaseNetwork;
  /** What moves and fleet tell each other on. */
  readonly bus: EventBus;
  /** Who administers trucks and drivers: its group `employees`. */
  readonly directory: UserDirectory;
}

/** Longer than a database takes that resumes from its pause. */
const CONSUMER_SECONDS = 60;

/** What the fleet listens to. */
const HEARD = ["MoveRegistered", "TruckRequested", "MoveCompleted", "MoveCancelled"];

/**
 * The fleet: trucks and drivers, which employees administer in a web application, and the selection of trucks for moves.
 *
 * Creates: a PostgreSQL database of its own, the whole web application as one function behind an API, the function that
 * handles events of moves with its queue, and the relay that publishes the fleet's own events.
 */
export class Fleet extends Component {
  readonly apiUrl: pulumi.Output<string>;
  /** What a dashboard shows of this system. */
  readonly watched: ServiceDashboardArgs;

  constructor(name: string, args: FleetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Fleet", name, {}, opts);
    const database = createDatabase(name, args, this);
    const web = createApplication(name, args, database, this);
    const relay = new OutboxRelay(
      `${name}-outbox`,
      { defaults: args.defaults, database: database.link([]), bus: args.bus, source: "andamio.fleet" },
      { parent: this },
    );
    const consumer = createConsumer(name, args, database, relay, this);
    const pipeline = new EventPipeline(
      `${name}-moves`,
      {
        defaults: args.defaults,
        source: args.bus.source(...HEARD),
        queue: true,
        consumer,
        batch: { maximumConcurrency: args.settings.eventWorkers },
      },
      { parent: this },
    );
    this.apiUrl = web.url;
    this.watched = {
      apis: [web.api],
      functions: [web.function, consumer, relay.function],
      pipelines: [pipeline, relay.pipeline],
    };
    this.registerOutputs({ apiUrl: this.apiUrl });
  }
}

function createDatabase(
  name: string,
  { defaults, network, settings }: FleetArgs,
  parent: pulumi.Resource,
): RelationalDatabase {
  return new RelationalDatabase(
    name,
    {
      defaults,
      network,
      databaseName: "fleet",
      migrations: "handlers/fleet/migrations",
      productionCapacity: settings.databaseCapacity,
    },
    { parent },
  );
}

function createApplication(
  name: string,
  { defaults, settings, directory, allowedOrigins, logging, cursorKey }: FleetArgs,
  database: RelationalDatabase,
  parent: pulumi.Resource,
): WebApplication {
  return new WebApplication(
    name,
    {
      defaults,
      description: "Trucks and drivers, for employees.",
      application: {
        entry: "handlers/fleet/web.ts",
        environment: { POWERTOOLS_SERVICE_NAME: name, CORS_ALLOWED_ORIGINS: allowedOrigins.join(",") },
        links: { DATABASE_PATH: database.link(), CURSOR_KEY_SECRET_ARN: cursorKey.link("read") },
      },
      authorizer: { directory, groups: ["employees"] },
      publicPaths: ["/health"],
      served: FLEET_ROUTES,
      throttle: { ratePerSecond: settings.ratePerSecond, burst: settings.burst },
      cors: { allowedOrigins },
      logging,
    },
    { parent },
  );
}

function createConsumer(
  name: string,
  { defaults }: FleetArgs,
  database: RelationalDatabase,
  relay: OutboxRelay,
  parent: pulumi.Resource,
): AlarmedFunction {
  return new AlarmedFunction(
    `${name}-consume`,
    {
      defaults,
      description: "Selects trucks for moves, and frees them.",
      entry: "handlers/fleet/consume.ts",
      timeoutSeconds: CONSUMER_SECONDS,
      environment: { POWERTOOLS_SERVICE_NAME: name },
      links: { DATABASE_PATH: database.link(), OUTBOX_QUEUE_URL: relay.link("wake") },
    },
    { parent },
  );
}
