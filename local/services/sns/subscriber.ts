/** Delivers a subscription's notifications to where fauxqs cannot: mailboxes, phones, functions, local web servers. */
import type { Resource } from "../../core/graph.ts";
import type { Cloud } from "../../core/service.ts";
import { lambdaEvent, type Notification } from "./events.ts";

/** A delivery: resolves when it is done, rejects to have it tried again. */
export type Deliver = (notification: Notification) => void | Promise<void>;

const DEFAULT_SENDER = "AWS Notifications";
const SENDER_ADDRESS = "no-reply@sns.amazonaws.com";
const DEFAULT_SUBJECT = "AWS Notification Message";
const HTTP_TIMEOUT_MILLISECONDS = 15_000;
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** The way to deliver for a protocol; undefined for protocols that the local cloud does not know. */
export function delivery(subscription: Resource, cloud: Cloud): Deliver | undefined {
  const { protocol, endpoint } = subscription.inputs;
  const make = DELIVERIES[String(protocol)];
  return make?.(String(endpoint), subscription, cloud);
}

const DELIVERIES: Readonly<
  Record<string, (endpoint: string, subscription: Resource, cloud: Cloud) => Deliver | undefined>
> = {
  email: (to, _subscription, cloud) => (notification) => mail(to, notification, notification.Message, cloud),
  "email-json": (to, _subscription, cloud) => (notification) =>
    mail(to, notification, JSON.stringify(notification), cloud),
  sms: (to, _subscription, cloud) => (notification) => text(to, notification, cloud),
  lambda: (functionArn, subscription, cloud) => (notification) =>
    cloud.services.lambda.invokeAsync(
      functionArn,
      lambdaEvent(notification, subscription.id),
      `sns ${nameOf(notification.TopicArn)}`,
    ),
  http: postTo,
  https: postTo,
};

function mail(to: string, { TopicArn, Subject }: Notification, body: string, cloud: Cloud): void {
  const topic = cloud.resources().find(({ outputs }) => outputs.arn === TopicArn);
  const displayName = topic?.inputs.displayName;
  const sender = typeof displayName === "string" && displayName !== "" ? displayName : DEFAULT_SENDER;
  cloud.services.mailbox.capture({
    kind: "email",
    to,
    from: `${sender} <${SENDER_ADDRESS}>`,
    subject: Subject ?? DEFAULT_SUBJECT,
    body,
  });
}

function text(to: string, { Message, TopicArn }: Notification, cloud: Cloud): void {
  cloud.services.mailbox.capture({ kind: "sms", to, from: nameOf(TopicArn), subject: "", body: Message });
}

/** https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html */
function postTo(endpoint: string, subscription: Resource): Deliver | undefined {
  if (!LOOPBACK.includes(new URL(endpoint).hostname)) return undefined;
  const isRaw = subscription.inputs.rawMessageDelivery === true;
  return async (notification) => {
    const answer = await fetch(endpoint, {
      method: "POST",
      headers: {
        "content-type": "text/plain; charset=UTF-8",
        "user-agent": "Amazon Simple Notification Service Agent",
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": notification.MessageId,
        "x-amz-sns-topic-arn": notification.TopicArn,
        "x-amz-sns-subscription-arn": subscription.id,
        ...(isRaw ? { "x-amz-sns-rawdelivery": "true" } : {}),
      },
      body: isRaw ? notification.Message : JSON.stringify(notification),
      signal: AbortSignal.timeout(HTTP_TIMEOUT_MILLISECONDS),
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`HTTP status ${answer.status}`);
  };
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(":") + 1);
}
