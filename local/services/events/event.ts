/** Events as they travel on a bus. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
import { randomUUID } from "node:crypto";
import type { EventInput } from "../../core/apis.ts";
import type { Cloud } from "../../core/service.ts";

export interface BusEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  /** ISO time, to the second. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
  /** Set when the event comes from an archive again. */
  readonly "replay-name"?: string;
}

/** Adds what PutEvents adds. The detail is copied, so that later changes of the caller do not show. */
export function toBusEvent(input: EventInput, cloud: Cloud): BusEvent {
  const { account, region } = cloud.world;
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": input.detailType,
    source: input.source,
    account,
    time: toSecond(input.time === undefined ? cloud.clock.now() : Date.parse(input.time)),
    region,
    resources: [...(input.resources ?? [])],
    detail: JSON.parse(JSON.stringify(input.detail ?? {})),
  };
}

/** What a schedule puts on the default bus when it is due. */
export function scheduledEvent(ruleArn: string, cloud: Cloud): BusEvent {
  return toBusEvent(
    { source: "aws.events", detailType: "Scheduled Event", detail: {}, resources: [ruleArn] },
    cloud,
  );
}

/** ISO time without the fraction of a second. */
export function toSecond(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");
}
