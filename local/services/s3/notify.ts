/** Hands object changes to EventBridge, functions, queues and topics, as the bucket's notification says. */
import { AwsError } from "../../core/errors.ts";
import type { Cloud } from "../../core/service.ts";
import { eventBridgeDetail, isEvent, notificationRecord, type ObjectChange } from "./events.ts";
import { bucketArn } from "./permissions.ts";
import { type NotificationTarget, notifications, versioning } from "./settings.ts";

/** The permission that S3 itself needs on a target. */
const ACTIONS: Readonly<Record<NotificationTarget["kind"], string>> = {
  lambda: "lambda:InvokeFunction",
  queue: "sqs:SendMessage",
  topic: "sns:Publish",
};

/** Delivers in the background; what fails is logged. */
export class Notifier {
  readonly #cloud: Cloud;
  #deliveries = 0;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Whether deliveries are under way. */
  get busy(): boolean {
    return this.#deliveries > 0;
  }

  notify(change: ObjectChange): void {
    const cloud = this.#cloud;
    const { eventBridge, targets } = notifications(cloud, change.bucket);
    const from = bucketArn(change.bucket);
    const { region, account } = cloud.world;
    if (eventBridge) {
      const bus = `arn:aws:events:${region}:${account}:event-bus/default`;
      const delivery = cloud.faults.deliver(from, bus, () => toEventBridge(cloud, change));
      void this.#logged(change, delivery);
    }
    for (const target of targets.filter((candidate) => isFor(candidate, change))) {
      const delivery = cloud.faults.deliver(from, target.arn, () => toTarget(cloud, change, target));
      void this.#logged(change, delivery);
    }
  }

  async #logged({ bucket, event }: ObjectChange, delivery: Promise<void>): Promise<void> {
    this.#deliveries += 1;
    try {
      await delivery;
    } catch (error) {
      const isDenied = error instanceof AwsError;
      const message = `${event} in bucket ${bucket} could not be delivered: ${String(error)}`;
      this.#cloud.log({ kind: isDenied ? "warning" : "error", source: "s3", message });
    } finally {
      this.#deliveries -= 1;
    }
  }
}

function isFor({ events, prefix, suffix }: NotificationTarget, { event, key }: ObjectChange): boolean {
  return events.some((pattern) => isEvent(pattern, event)) && key.startsWith(prefix) && key.endsWith(suffix);
}

async function toEventBridge(cloud: Cloud, change: ObjectChange): Promise<void> {
  await cloud.services.events.put({
    source: "aws.s3",
    detailType: change.event.startsWith("ObjectCreated") ? "Object Created" : "Object Deleted",
    detail: eventBridgeDetail(change, versioning(cloud, change.bucket) === "Enabled"),
    resources: [bucketArn(change.bucket)],
    time: change.at,
  });
}

async function toTarget(cloud: Cloud, change: ObjectChange, target: NotificationTarget): Promise<void> {
  const context = { "aws:SourceArn": bucketArn(change.bucket) };
  const permission = { action: ACTIONS[target.kind], resource: target.arn, context };
  cloud.authorize({ kind: "service", arn: "s3.amazonaws.com" }, [permission]);
  const event = { Records: [notificationRecord(change, target.id, cloud.world.region)] };
  const { lambda, sqs, sns } = cloud.services;
  if (target.kind === "lambda") lambda.invokeAsync(target.arn, event, `s3 ${change.bucket}`);
  else if (target.kind === "queue") await sqs.send(target.arn, JSON.stringify(event));
  else await sns.publish(target.arn, JSON.stringify(event), { subject: "Amazon S3 Notification" });
}
