import type * as pulumi from "@pulumi/pulumi";
import { AlarmedFunction } from "./alarmed-function.ts";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import type { EventBus } from "./event-bus.ts";
import { EventPipeline } from "./event-pipeline.ts";
import type { Link } from "./link.ts";

export interface OutboxRelayArgs {
  readonly defaults: StackDefaults;
  /** Link to the database that holds the table `outbox`. */
  readonly database: Link;
  readonly bus: EventBus;
  /** As whom the events are published, such as `andamio.fleet`. */
  readonly source: string;
}

const TIMEOUT_SECONDS = 20;

/**
 * As long as the bus can be out of reach before somebody must send the wake-ups again: they hold no data, so many
 * attempts cost nothing but themselves. With the queue's visibility of two minutes: more than an hour and a half.
 */
const ATTEMPTS = 50;

/**
 * Publishes the events that a system writes into the table `outbox` of its database, together with what they tell of.
 *
 * Creates: a queue of wake-ups with its dead-letter queue and alarms, the function that they wake, which publishes what
 * stands in the outbox, and its permissions. Nothing runs by the clock: a database that pauses stays paused.
 *
 *     const relay = new OutboxRelay("fleet-outbox", { defaults, database: database.link(), bus, source: "andamio.fleet" });
 *     new AlarmedFunction("fleet-consume", { links: { OUTBOX_QUEUE_URL: relay.link("wake") }, … });
 */
export class OutboxRelay extends Component {
  readonly function: AlarmedFunction;
  /** What wakes the function. */
  readonly pipeline: EventPipeline;

  constructor(name: string, args: OutboxRelayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("OutboxRelay", name, {}, opts);
    const parent = { parent: this };
    const { defaults, database, bus, source } = args;
    this.function = new AlarmedFunction(
      `${name}-relay`,
      {
        defaults,
        description: `Publishes the events of ${source}.`,
        entry: "handlers/outbox/relay.ts",
        timeoutSeconds: TIMEOUT_SECONDS,
        environment: { EVENT_SOURCE: source, POWERTOOLS_SERVICE_NAME: name },
        links: { DATABASE_PATH: database, EVENT_BUS: bus.link("publish", source) },
      },
      parent,
    );
    this.pipeline = new EventPipeline(
      name,
      {
        defaults,
        source: { sent: true },
        queue: { maxReceiveCount: ATTEMPTS },
        consumer: this.function,
        batch: { maximumConcurrency: 2 },
      },
      parent,
    );
    this.registerOutputs({ function: this.function });
  }

  /** What a writer of events needs to have them published: the queue's URL, and the permission to send to it. */
  link(_access: "wake"): Link {
    return this.pipeline.sentQueue.link("send");
  }
}
