/** What clients are written. */
import type { MailedMove } from "./ledger.ts";

export interface Message {
  readonly subject: string;
  readonly text: string;
}

/** What a message says, by the event that it follows from. */
export type Occasion = "MoveRegistered" | "TruckAssigned" | "MoveCompleted";

/** @param plate of the truck, when there is one */
export function messageOf(occasion: Occasion, move: MailedMove, plate?: string): Message {
  const { subject, news } = MESSAGES[occasion];
  const { id, origin, destination, date } = move;
  const text = [
    news(plate),
    "",
    `From:  ${origin}`,
    `To:    ${destination}`,
    `Date:  ${date}`,
    `Order: ${id}`,
    "",
  ];
  return { subject, text: text.join("\n") };
}

const MESSAGES: Readonly<
  Record<Occasion, { readonly subject: string; readonly news: (plate: string | undefined) => string }>
> = {
  MoveRegistered: {
    subject: "Your move is registered",
    news: () => "We have registered your move and are looking for a truck.",
  },
  TruckAssigned: {
    subject: "A truck is assigned to your move",
    news: (plate) => `The truck ${plate} is reserved for your move.`,
  },
  MoveCompleted: {
    subject: "Your move is completed",
    news: () => "Your move is completed. Thank you for moving with us.",
  },
};
