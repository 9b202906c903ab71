/** Requests that API Gateway put into a queue (components/openapi/queue-integration.ts), as their reader gets them. */
import type { SQSRecord } from "aws-lambda";
import type { ApiRequest } from "./request.ts";

const ID = /^(\d{13})~[A-Za-z0-9+/_=-]{8,64}$/;

/** A request without what its sender no longer waits for. */
export interface QueuedRequest extends ApiRequest {
  /** The id that the sender was answered; it stays the same when the message is sent again from a dead-letter queue. */
  readonly queuedId: string;
}

/** When a request was put into the queue, in milliseconds since 1970; undefined for an id that no request can have. */
export function queuedAt(queuedId: string): number | undefined {
  const [, time] = ID.exec(queuedId) ?? [];
  return time === undefined ? undefined : Number(time);
}

/**
 * Takes a message apart.
 * @throws Error when it did not come from the gateway
 */
export function queuedRequest({ body, messageAttributes }: SQSRecord): QueuedRequest {
  const { Id, Route, CorrelationId, Caller, IdempotencyKey } = messageAttributes;
  const queuedId = Id?.stringValue ?? "";
  const route = Route?.stringValue;
  if (queuedAt(queuedId) === undefined || !route) throw new Error("A message is no request of API Gateway");
  const key = IdempotencyKey?.stringValue;
  return {
    queuedId,
    id: CorrelationId?.stringValue ?? queuedId,
    route,
    url: `https://queued.invalid${route.slice(route.indexOf("/"))}`,
    caller: Caller?.stringValue ?? "anonymous",
    user: undefined,
    pathParameters: new Map(),
    query: new Map(),
    headers: new Map([
      ["content-type", ["application/json"]],
      ...(key === undefined ? [] : [["idempotency-key", [key]] as const]),
    ]),
    body: Buffer.from(body, "utf8"),
    bodyWasText: true,
  };
}
