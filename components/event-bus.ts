import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import type { RuleSource } from "./event-sources.ts";
import type { Link } from "./link.ts";
import type { Mistake } from "./mistakes.ts";
import { refuseMistakes } from "./mistakes.ts";
import type { ResourcePolicyStatement } from "./policy.ts";
import { policyDocument } from "./policy.ts";

export interface EventBusArgs {
  readonly defaults: StackDefaults;
  /** Detail types by the source that publishes them, such as `{ "shop.orders": ["OrderPlaced"] }`; the bus takes no others. */
  readonly events: Readonly<Record<string, readonly string[]>>;
  /** Days in which events can be replayed. @default 7, in production 365 */
  readonly archiveDays?: number;
}

const ARCHIVE_DAYS = Object.freeze({ development: 7, production: 365 });

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html */
const SOURCE = /^(?!aws\.)[A-Za-z0-9._-]{1,256}$/;

/**
 * A bus on which microservices tell each other what happened.
 *
 * Creates: the bus; a policy that lets this account alone publish, and only the sources and detail types that are
 * named; an archive of all events, from which they can be replayed. Who listens is an `EventPipeline`, with a
 * dead-letter queue of its own.
 *
 *     const bus = new EventBus("shop", { defaults, events: { "shop.orders": ["OrderPlaced"] } });
 *     new AlarmedFunction("relay", { links: { EVENT_BUS: bus.link("publish", "shop.orders") }, … });
 *     new EventPipeline("mails", { source: bus.source("OrderPlaced"), queue: true, consumer, defaults });
 */
export class EventBus extends Component {
  readonly bus: aws.cloudwatch.EventBus;
  readonly archive: aws.cloudwatch.EventArchive;
  readonly #events: EventBusArgs["events"];

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: EventBusArgs, opts?: pulumi.ComponentResourceOptions) {
    super("EventBus", name, {}, opts);
    refuseMistakes(`EventBus "${name}"`, mistakesIn(args));
    const parent = { parent: this };
    const { production } = args.defaults;
    this.#events = args.events;
    this.bus = new aws.cloudwatch.EventBus(`${name}-bus`, {}, parent);
    const policy = policyOf(this.bus.arn, args.events, parent);
    new aws.cloudwatch.EventBusPolicy(`${name}-policy`, { eventBusName: this.bus.name, policy }, parent);
    this.archive = new aws.cloudwatch.EventArchive(
      `${name}-archive`,
      {
        eventSourceArn: this.bus.arn,
        retentionDays: args.archiveDays ?? (production ? ARCHIVE_DAYS.production : ARCHIVE_DAYS.development),
      },
      { ...parent, protect: production },
    );
    this.registerOutputs({ bus: this.bus });
  }

  /**
   * What a publisher needs: the bus's name, and the permission to publish as one source.
   * @throws Error when the source is none of this bus
   */
  link(_access: "publish", source: string): Link {
    this.#detailTypes(source);
    return {
      value: this.bus.name,
      statements: [
        {
          Effect: "Allow",
          Action: ["events:PutEvents"],
          Resource: this.bus.arn,
          Condition: { StringEquals: { "events:source": source } },
        },
      ],
    };
  }

  /**
   * The source of a pipeline: events of these detail types, whoever publishes them.
   * @throws Error when a detail type is none of this bus
   */
  source(...detailTypes: readonly string[]): RuleSource {
    const known = Object.values(this.#events).flat();
    const unknown = detailTypes.filter((detailType) => !known.includes(detailType));
    if (unknown.length > 0) throw new Error(`EventBus "${this.name}" has no event ${unknown.join(", ")}`);
    return { rule: { bus: this.bus.name, pattern: { "detail-type": detailTypes } } };
  }

  #detailTypes(source: string): readonly string[] {
    const detailTypes = this.#events[source];
    if (detailTypes) return detailTypes;
    throw new Error(`EventBus "${this.name}" has no source ${source}`);
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-permissions-manage.html */
function policyOf(
  busArn: pulumi.Output<string>,
  events: EventBusArgs["events"],
  parent: { readonly parent: pulumi.Resource },
): pulumi.Output<string> {
  const { accountId } = aws.getCallerIdentityOutput({}, parent);
  const deny = (Sid: string, Condition: ResourcePolicyStatement["Condition"]): ResourcePolicyStatement => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action: ["events:PutEvents"],
    Resource: busArn,
    Condition,
  });
  const sources = Object.entries(events);
  return policyDocument([
    {
      Sid: "OwnAccountOnly",
      Effect: "Allow",
      Principal: { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` },
      Action: ["events:PutEvents"],
      Resource: busArn,
    },
    deny("KnownSourcesOnly", { StringNotEquals: { "events:source": sources.map(([source]) => source) } }),
    ...sources.map(([source, detailTypes], index) =>
      deny(`KnownEventsOnly${index + 1}`, {
        StringEquals: { "events:source": source },
        StringNotEquals: { "events:detail-type": detailTypes },
      }),
    ),
  ]);
}

function mistakesIn({ events, archiveDays }: EventBusArgs): Mistake[] {
  const sources = Object.entries(events);
  const none = sources.length === 0 ? [{ propertyPath: "events", reason: "names no source" }] : [];
  const wrong = sources.flatMap(([source, detailTypes]) => {
    const propertyPath = `events["${source}"]`;
    if (!SOURCE.test(source)) {
      const reason = "is no source; use letters, digits, . - and _, and not aws. at the beginning";
      return [{ propertyPath, reason }];
    }
    return detailTypes.length === 0 ? [{ propertyPath, reason: "names no detail type" }] : [];
  });
  const days =
    archiveDays !== undefined && !(Number.isInteger(archiveDays) && archiveDays >= 1)
      ? [{ propertyPath: "archiveDays", reason: `is ${archiveDays}; give whole days, at least 1` }]
      : [];
  return [...none, ...wrong, ...days];
}
