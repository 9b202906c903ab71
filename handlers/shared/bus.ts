/** The bus on which systems tell each other what happened. */
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { clientSettings } from "./aws-client.ts";
import { logger } from "./logger.ts";

export interface OutgoingEvent {
  readonly detailType: string;
  /** JSON. */
  readonly detail: string;
}

export interface Bus {
  /**
   * Publishes at most ten events.
   * @returns for each whether the bus has taken it
   */
  publish(events: readonly OutgoingEvent[]): Promise<readonly boolean[]>;
}

/**
 * @param name of the bus
 * @param source as whom events are published, such as `andamio.fleet`
 */
export function openBus(name: string, source: string): Bus {
  const client = new EventBridgeClient(clientSettings(2000));
  return {
    async publish(events) {
      const Entries = events.map(({ detailType, detail }) => ({
        EventBusName: name,
        Source: source,
        DetailType: detailType,
        Detail: detail,
      }));
      try {
        const answer = await client.send(new PutEventsCommand({ Entries }));
        return events.map((event, index) => taken(event, answer.Entries?.[index]));
      } catch (error) {
        logger.error("Events were not published", error instanceof Error ? error : new Error(String(error)));
        return events.map(() => false);
      }
    },
  };
}

function taken(
  { detailType }: OutgoingEvent,
  entry: { readonly ErrorCode?: string | undefined; readonly ErrorMessage?: string | undefined } | undefined,
): boolean {
  if (entry && entry.ErrorCode === undefined) return true;
  logger.error("An event was not published", {
    detailType,
    code: entry?.ErrorCode,
    reason: entry?.ErrorMessage,
  });
  return false;
}
