/** Events of other systems, as EventBridge delivers them through a queue. */
import type { SQSRecord } from "aws-lambda";
import type { Schema } from "./validation.ts";

/** What every event says of itself. */
export interface EventDetail<Data> {
  readonly eventId: string;
  readonly version: number;
  readonly occurredAt: string;
  readonly correlationId: string;
  readonly data: Data;
}

interface BusEvent {
  readonly "detail-type"?: unknown;
  readonly detail?: unknown;
}

/** Tells which event a message is. */
export function detailTypeOf({ body }: Pick<SQSRecord, "body">): string {
  const event = JSON.parse(body) as BusEvent | null;
  return String(event?.["detail-type"] ?? "");
}

/**
 * The detail of an event.
 * @throws Error when it is not what the schema says, a newer version among it: the message is tried again and then parked
 * in the dead-letter queue, until this consumer knows it
 */
export function eventIn<Detail>({ body }: Pick<SQSRecord, "body">, schema: Schema<Detail>): Detail {
  const event = JSON.parse(body) as BusEvent | null;
  const parsed = schema.safeParse(event?.detail);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => `${path.map(String).join(".")} ${message}`);
  const version = (event?.detail as { readonly version?: unknown } | null)?.version;
  throw new Error(
    `${detailTypeOf({ body })} of version ${String(version)} is not understood: ${mistakes.join("; ")}`,
  );
}
