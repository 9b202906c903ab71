import type * as pulumi from "@pulumi/pulumi";
import type { AlarmedFunction } from "../components/alarmed-function.ts";
import { Component } from "../components/base.ts";
import type { DatabaseNetwork } from "../components/database-network.ts";
import { EmailSender } from "../components/email-sender.ts";
import type { EventBus } from "../components/event-bus.ts";
import { EventPipeline } from "../components/event-pipeline.ts";
import { OutboxRelay } from "../components/outbox-relay.ts";
import { RelationalDatabase } from "../components/relational-database.ts";
import { RestApi } from "../components/rest-api.ts";
import { SecureTable } from "../components/secure-table.ts";
import type { ServiceDashboardArgs } from "../components/service-dashboard.ts";
import type { UserDirectory } from "../components/user-directory.ts";
import type { MovesSettings } from "../settings/moves.ts";
import { functionFactory } from "./functions.ts";
import {
  createMoveConsumers,
  createMoveOperations,
  type MoveConsumer,
  type MoveStores,
} from "./moves-functions.ts";
import { type MoveOperation, moveRoutes } from "./moves-routes.ts";
import type { SystemArgs } from "./system.ts";

export interface MovesArgs extends SystemArgs<MovesSettings> {
  /** Where its database is. */
  readonly network: DatabaseNetwork;
  /** What moves, fleet, tracking and notification tell each other on. */
  readonly bus: EventBus;
  /** Who registers moves and who looks after them: the groups `clients` and `employees`. */
  readonly directory: UserDirectory;
}

/** What each service listens to. */
const HEARD = {
  assignment: ["TruckAssigned", "TruckUnavailable", "MoveStarted"],
  tracking: ["MoveRegistered", "TruckAssigned", "MoveCompleted", "MoveCancelled"],
  notification: ["MoveRegistered", "TruckAssigned", "MoveCompleted"],
};

/**
 * The orders of a moving company: clients register moves, employees take them through their steps, and everybody sees where
 * they are. Three services that know each other by events only: moves, tracking and notification.
 *
 * Creates: a PostgreSQL database of moves and the relay of its events; a table of tracks and one of sent e-mails; the
 * address that e-mails come from; a function with a role of its own per route and per consumer; the API; a pipeline with a queue and a
 * dead-letter queue per consumer.
 */
export class Moves extends Component {
  readonly apiUrl: pulumi.Output<string>;
  /** What a dashboard shows of this system. */
  readonly watched: ServiceDashboardArgs;

  constructor(name: string, args: MovesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Moves", name, {}, opts);
    const make = functionFactory("moves", name, args.defaults, this);
    const stores = createStores(name, args, this);
    const operations = createMoveOperations(make, args, stores);
    const api = createApi(name, args, operations, this);
    const consumers = createMoveConsumers(make, args.bus, stores);
    const pipelines = createPipelines(name, args, consumers, stores, this);
    this.apiUrl = api.url;
    this.watched = {
      apis: [api],
      functions: [...Object.values(operations), ...Object.values(consumers), stores.relay.function],
      pipelines: [...pipelines, stores.relay.pipeline],
      tables: [stores.tracking, stores.notifications],
    };
    this.registerOutputs({ apiUrl: this.apiUrl });
  }
}

function createStores(
  name: string,
  { defaults, network, bus, settings }: MovesArgs,
  parent: pulumi.Resource,
): MoveStores {
  const opts = { parent };
  const database = new RelationalDatabase(
    name,
    {
      defaults,
      network,
      databaseName: "moves",
      migrations: "handlers/moves/migrations",
      productionCapacity: settings.databaseCapacity,
    },
    opts,
  );
  const source = "andamio.moves";
  const relay = new OutboxRelay(
    `${name}-outbox`,
    { defaults, database: database.link([]), bus, source },
    opts,
  );
  const keys = { defaults, partitionKey: "pk", sortKey: "sk", timeToLive: "expiresAt" };
  const tracking = new SecureTable(`${name}-tracking`, { ...keys, stream: true }, opts);
  const notifications = new SecureTable(`${name}-notifications`, keys, opts);
  const sender = new EmailSender(name, { address: settings.senderEmail }, opts);
  return { database, relay, tracking, notifications, sender };
}

function createApi(
  name: string,
  { defaults, settings, directory, allowedOrigins, logging }: MovesArgs,
  operations: Record<MoveOperation, AlarmedFunction>,
  parent: pulumi.Resource,
): RestApi {
  return new RestApi(
    `${name}-api`,
    {
      defaults,
      description: "Moves of a moving company: orders, their trucks, and where these are.",
      routes: moveRoutes(operations),
      authorizer: { directory, groups: ["clients", "employees"] },
      throttle: { ratePerSecond: settings.ratePerSecond, burst: settings.burst },
      cors: { allowedOrigins },
      logging,
    },
    { parent },
  );
}

function createPipelines(
  name: string,
  { defaults, bus, settings }: MovesArgs,
  { assignment, tracking, notification, started }: Record<MoveConsumer, AlarmedFunction>,
  stores: MoveStores,
  parent: pulumi.Resource,
): EventPipeline[] {
  const listening = (service: keyof typeof HEARD, consumer: AlarmedFunction) =>
    new EventPipeline(
      `${name}-${service}`,
      {
        defaults,
        source: bus.source(...HEARD[service]),
        // Moves stand still without it; what the others miss can wait until somebody looks.
        queue: { essential: service === "assignment" },
        consumer,
        batch: { maximumConcurrency: settings.eventWorkers },
      },
      { parent },
    );
  const tracks = { sk: { S: ["TRACK"] }, startedAt: { S: [{ exists: true }] } };
  return [
    listening("assignment", assignment),
    listening("tracking", tracking),
    listening("notification", notification),
    new EventPipeline(
      `${name}-started`,
      {
        defaults,
        source: {
          stream: stores.tracking,
          filter: [{ eventName: ["MODIFY"], dynamodb: { NewImage: tracks } }],
        },
        consumer: started,
      },
      { parent },
    ),
  ];
}
