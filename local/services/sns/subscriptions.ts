/** The program's subscriptions: those to queues are fauxqs's own, all others are drained from a hidden queue. */
import type { ReceivedMessage } from "../../core/apis.ts";
import { AwsError, UserError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import { hexToken } from "../../core/names.ts";
import type { Cloud, Permission, Realizer } from "../../core/service.ts";
import { withTrace } from "../../core/trace.ts";
import { fauxqsOf } from "../../real-parts/fauxqs.ts";
import { carryOut as carryOutSqs } from "../sqs/client.ts";
import { HIDDEN_QUEUE_PREFIX } from "../sqs/operations.ts";
import { carryOut, entries, textOf } from "./client.ts";
import type { Notification } from "./events.ts";
import type { StructuredMessages } from "./structured-messages.ts";
import { type Deliver, delivery } from "./subscriber.ts";

/** A subscription that is in force. */
interface Active {
  /** fauxqs's own ARN of it. */
  readonly arn: string;
  /** Ends the draining of the hidden queue. */
  readonly stopDraining?: () => Promise<void>;
}

const RECEIVE_BATCH = 10;
const RETRY_SECONDS = 1;
/** Deliveries that are tried before a notification is given up; AWS tries longer. */
const ATTEMPTS = 3;

export class Subscriptions {
  readonly #cloud: Cloud;
  readonly #structured: StructuredMessages;
  /** By the program's subscription ARN. */
  readonly #active = new Map<string, Active>();
  readonly #denied = new Map<string, Resource>();
  /** Hidden queues that are being drained. */
  readonly #drained = new Set<string>();
  #delivering = 0;

  constructor(cloud: Cloud, structured: StructuredMessages) {
    this.#cloud = cloud;
    this.#structured = structured;
  }

  get realizer(): Realizer {
    return {
      create: (subscription) => this.#subscribe(subscription),
      update: async (subscription, previous) => {
        await this.#unsubscribe(previous);
        await this.#subscribe(subscription);
      },
      delete: (subscription) => this.#unsubscribe(subscription),
    };
  }

  /** Tries again what was denied: a policy may have come later. */
  async retryDenied(): Promise<void> {
    const denied = [...this.#denied.values()];
    this.#denied.clear();
    for (const subscription of denied) await this.#subscribe(subscription);
  }

  /** Pairs of the program's and fauxqs's subscription ARN. */
  arns(): readonly (readonly [program: string, fauxqs: string])[] {
    return [...this.#active].map(([arn, active]) => [arn, active.arn] as const);
  }

  /** Whether notifications are being delivered, or are there to be; those that wait for another attempt are not. */
  async busy(): Promise<boolean> {
    if (this.#delivering > 0) return true;
    const { sqs } = this.#cloud.services;
    const answers = await Promise.all([...this.#drained].map((queueArn) => sqs.hasVisible(queueArn)));
    return answers.includes(true);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#active.values()].map(({ stopDraining }) => stopDraining?.()));
    this.#active.clear();
  }

  async #subscribe(subscription: Resource): Promise<void> {
    const deliver = this.#deliveryOf(subscription);
    if (!this.#isAllowed(subscription)) {
      this.#denied.set(subscription.id, subscription);
      return;
    }
    const queueArn = deliver ? await this.#hiddenQueue(subscription) : String(subscription.inputs.endpoint);
    await this.#forgetEarlier(subscription, queueArn);
    const xml = await this.#sns("Subscribe", {
      TopicArn: String(subscription.inputs.topic),
      Protocol: "sqs",
      Endpoint: queueArn,
      ...entries("Attributes", attributesOf(subscription, deliver !== undefined)),
    });
    const stopDraining = deliver && this.#drain(queueArn, subscription, deliver);
    this.#active.set(subscription.id, {
      arn: textOf(xml, "SubscriptionArn"),
      ...(stopDraining ? { stopDraining } : {}),
    });
  }

  async #unsubscribe(subscription: Resource): Promise<void> {
    this.#denied.delete(subscription.id);
    const active = this.#active.get(subscription.id);
    if (!active) return;
    this.#active.delete(subscription.id);
    await active.stopDraining?.();
    await this.#sns("Unsubscribe", { SubscriptionArn: active.arn });
    if (!active.stopDraining) return;
    const QueueUrl = this.#cloud.services.sqs.urlOf(this.#hiddenQueueArn(subscription));
    await this.#sqs("DeleteQueue", { QueueUrl });
  }

  /** Undefined for subscriptions to queues. */
  #deliveryOf(subscription: Resource): Deliver | undefined {
    const { protocol, endpoint } = subscription.inputs;
    if (protocol === "sqs") return undefined;
    const deliver = delivery(subscription, this.#cloud);
    if (deliver) {
      return (notification) => {
        const Message = this.#structured.textFor(String(protocol), notification.Message);
        return deliver({ ...notification, Message });
      };
    }
    throw new UserError(
      `The local cloud cannot deliver the subscription ${subscription.name} (protocol ${String(protocol)}, endpoint ${String(endpoint)}): ` +
        "it knows sqs, lambda, email, email-json, sms, and http to this machine.",
    );
  }

  /** On AWS a notification that SNS is not allowed to deliver is lost; here the subscription is not made. */
  #isAllowed({ inputs, name }: Resource): boolean {
    const action = { sqs: "sqs:SendMessage", lambda: "lambda:InvokeFunction" }[String(inputs.protocol)];
    if (action === undefined) return true;
    const context = { "aws:SourceArn": String(inputs.topic) };
    const permission: Permission = { action, resource: String(inputs.endpoint), context };
    try {
      this.#cloud.authorize({ kind: "service", arn: "sns.amazonaws.com" }, [permission]);
      return true;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#cloud.log({
        kind: "warning",
        source: "sns",
        message: `Subscription ${name} delivers nothing: ${error.message}`,
      });
      return false;
    }
  }

  /** A durable fauxqs knows the subscription from an earlier run, with the attributes of then. */
  async #forgetEarlier(subscription: Resource, queueArn: string): Promise<void> {
    const TopicArn = String(subscription.inputs.topic);
    const xml = await this.#sns("ListSubscriptionsByTopic", { TopicArn });
    for (const [, member = ""] of xml.matchAll(/<member>([\s\S]*?)<\/member>/g)) {
      if (textOf(member, "Endpoint") !== queueArn) continue;
      await this.#sns("Unsubscribe", { SubscriptionArn: textOf(member, "SubscriptionArn") });
    }
  }

  async #hiddenQueue(subscription: Resource): Promise<string> {
    const queueArn = this.#hiddenQueueArn(subscription);
    const QueueName = queueArn.slice(queueArn.lastIndexOf(":") + 1);
    const fifo = QueueName.endsWith(".fifo") ? { FifoQueue: "true" } : {};
    await this.#sqs("CreateQueue", { QueueName, Attributes: { ...fifo, VisibilityTimeout: "300" } });
    return queueArn;
  }

  #hiddenQueueArn({ urn, inputs }: Resource): string {
    const { region, account } = this.#cloud.world;
    const suffix = String(inputs.topic).endsWith(".fifo") ? ".fifo" : "";
    return `arn:aws:sqs:${region}:${account}:${HIDDEN_QUEUE_PREFIX}${hexToken(urn, 20)}${suffix}`;
  }

  /** Delivers what comes into the hidden queue. Returns the way to stop. */
  #drain(queueArn: string, subscription: Resource, deliver: Deliver): () => Promise<void> {
    const stop = new AbortController();
    this.#drained.add(queueArn);
    const done = this.#drainUntil(stop.signal, queueArn, subscription, deliver)
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        const message = `Subscription ${subscription.name} delivers no more: ${String(error)}`;
        this.#cloud.log({ kind: "error", source: "sns", message });
      })
      .finally(() => this.#drained.delete(queueArn));
    return () => {
      stop.abort();
      return done;
    };
  }

  async #drainUntil(
    signal: AbortSignal,
    queueArn: string,
    subscription: Resource,
    deliver: Deliver,
  ): Promise<void> {
    const { sqs } = this.#cloud.services;
    while (!signal.aborted) {
      const options = { maxMessages: RECEIVE_BATCH, waitSeconds: Number.POSITIVE_INFINITY, signal };
      const messages = await sqs.receive(queueArn, options);
      this.#delivering += 1;
      try {
        for (const message of messages) {
          await withTrace(message.trace, () => this.#deliver(message, queueArn, subscription, deliver));
        }
      } finally {
        this.#delivering -= 1;
      }
    }
  }

  async #deliver(
    { body, receiptHandle, attributes }: ReceivedMessage,
    queueArn: string,
    subscription: Resource,
    deliver: Deliver,
  ): Promise<void> {
    const { sqs } = this.#cloud.services;
    const failure = await this.#attempt(subscription, deliver, JSON.parse(body) as Notification);
    const isLast = Number(attributes.ApproximateReceiveCount) >= ATTEMPTS;
    if (failure !== undefined && !isLast) {
      return sqs.changeVisibility(queueArn, receiptHandle, RETRY_SECONDS);
    }
    if (failure !== undefined) await this.#giveUp(subscription, body, failure);
    await sqs.delete(queueArn, [receiptHandle]);
  }

  /** Undefined when the delivery is done, else why not. */
  async #attempt(
    { inputs }: Resource,
    deliver: Deliver,
    notification: Notification,
  ): Promise<string | undefined> {
    try {
      const { topic, endpoint } = inputs;
      await this.#cloud.faults.deliver(String(topic), String(endpoint), () => deliver(notification));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #giveUp(subscription: Resource, body: string, failure: string): Promise<void> {
    const { redrivePolicy, endpoint } = subscription.inputs;
    const policy = typeof redrivePolicy === "string" ? redrivePolicy : JSON.stringify(redrivePolicy ?? {});
    const { deadLetterTargetArn } = JSON.parse(policy === "" ? "{}" : policy) as {
      deadLetterTargetArn?: string;
    };
    if (deadLetterTargetArn !== undefined) await this.#cloud.services.sqs.send(deadLetterTargetArn, body);
    const where = deadLetterTargetArn === undefined ? "it is lost" : `it is in ${deadLetterTargetArn}`;
    this.#cloud.log({
      kind: "warning",
      source: "sns",
      message: `A notification to ${String(endpoint)} failed ${ATTEMPTS} times (${failure}); ${where}`,
    });
  }

  async #sns(operation: string, parameters: Readonly<Record<string, string>>): Promise<string> {
    return carryOut(await fauxqsOf(this.#cloud), this.#cloud.world.region, operation, parameters);
  }

  async #sqs(operation: string, input: object): Promise<void> {
    await carryOutSqs(await fauxqsOf(this.#cloud), this.#cloud.world.region, operation, input);
  }
}

/** The drained ones need the whole notification. */
function attributesOf({ inputs }: Resource, isDrained: boolean): Record<string, string> {
  const { filterPolicy, filterPolicyScope, rawMessageDelivery } = inputs;
  const policy = typeof filterPolicy === "object" ? JSON.stringify(filterPolicy) : filterPolicy;
  return {
    ...(policy === undefined || policy === "" || policy === "null" ? {} : { FilterPolicy: String(policy) }),
    ...(filterPolicyScope === undefined ? {} : { FilterPolicyScope: String(filterPolicyScope) }),
    ...(rawMessageDelivery === true && !isDrained ? { RawMessageDelivery: "true" } : {}),
  };
}
