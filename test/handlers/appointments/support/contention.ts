/** Tables where somebody else is faster. */
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Table } from "../../../../handlers/shared/dynamo.ts";

/** A table where something happens once, after everything was read and before the first transaction is sent. */
export function interrupted(table: Table, meanwhile: () => Promise<unknown>): Table {
  return intercepted(table, async (_, number) => {
    if (number === 1) await meanwhile();
  });
}

/**
 * A table where other transactions are in the way of the first ones that are sent, as DynamoDB says it.
 * @param conflicts how many are refused
 * @param meanwhile what the others do
 */
export function contending(table: Table, conflicts: number, meanwhile?: () => Promise<unknown>) {
  let sent = 0;
  const busy = intercepted(table, async ({ input }, number) => {
    sent = number;
    if (number > conflicts) return;
    await meanwhile?.();
    const CancellationReasons = (input.TransactItems ?? []).map((_, index) => ({
      Code: index === 0 ? "TransactionConflict" : "None",
    }));
    throw new TransactionCanceledException({ message: "busy", $metadata: {}, CancellationReasons });
  });
  return { table: busy, sent: () => sent };
}

/** @param before gets each transaction and its number, from 1, before it is sent */
function intercepted(
  { client, name }: Table,
  before: (command: TransactWriteCommand, number: number) => Promise<void>,
): Table {
  let sent = 0;
  const watched = new Proxy(client, {
    get(target, property) {
      if (property !== "send") return Reflect.get(target, property, target);
      return async (command: Parameters<typeof client.send>[0]) => {
        if (command instanceof TransactWriteCommand) await before(command, ++sent);
        return target.send(command);
      };
    },
  });
  return { client: watched, name };
}
