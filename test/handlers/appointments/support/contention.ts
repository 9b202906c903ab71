import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Table } from "../../../../handlers/shared/dynamo.ts";

/**
 * A table where other transactions are in the way of the first ones that are sent, as DynamoDB says it.
 * @param conflicts how many are refused
 * @param meanwhile what the others do
 */
export function contending({ client, name }: Table, conflicts: number, meanwhile?: () => Promise<unknown>) {
  let sent = 0;
  const busy = new Proxy(client, {
    get(target, property) {
      if (property !== "send") return Reflect.get(target, property, target);
      return async (command: Parameters<typeof client.send>[0]) => {
        if (!(command instanceof TransactWriteCommand)) return target.send(command);
        sent += 1;
        if (sent > conflicts) return target.send(command);
        await meanwhile?.();
        const CancellationReasons = (command.input.TransactItems ?? []).map((_, index) => ({
          Code: index === 0 ? "TransactionConflict" : "None",
        }));
        throw new TransactionCanceledException({ message: "busy", $metadata: {}, CancellationReasons });
      };
    },
  });
  return { table: { client: busy, name } satisfies Table, sent: () => sent };
}
