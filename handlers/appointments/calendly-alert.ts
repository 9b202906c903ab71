/** What people are told when Calendly and the appointments do not agree. */
import type { TopicMessage } from "../shared/topic.ts";
import { isRestored } from "./appointment-event.ts";
import type { InviteeItem } from "./invitee-store.ts";

/**
 * The alert about a change of what is known of an invitee; undefined when all is well, or was told before.
 * @param writtenAt when the table was written to, in milliseconds since 1970
 */
export function calendlyAlert(
  before: InviteeItem | undefined,
  after: InviteeItem,
  writtenAt: number,
): TopicMessage | undefined {
  const discord = "discord" in after ? after.discord : undefined;
  if (!discord || (!before && isRestored(after.notedAt, writtenAt))) return undefined;
  const { uri: invitee, status } = after;
  const facts = [
    `Invitee: ${invitee}`,
    `Event type: ${discord.eventType}`,
    `Time: ${discord.startsAt}`,
    `Request: ${discord.correlationId}`,
  ];
  const what =
    status === "refused"
      ? "Calendly has promised what cannot be booked"
      : "What Calendly cancelled is not cancelled";
  return {
    subject: what,
    event: { type: "CalendlyRefused", invitee, status, ...discord },
    email: `${what}: ${discord.reason}\n\n${facts.join("\n")}\n\nSettle it with the invitee in Calendly.`,
    attributes: { type: "CalendlyRefused" },
  };
}
