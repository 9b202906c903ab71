/**
 * Items whose time to live is over. DynamoDB Local deletes them by the wall clock; when the cloud's clock has been
 * advanced, those that are past by it are deleted here. AWS takes up to a few days for that.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { DynamoDbLocal } from "../../real-parts/dynamodb-local.ts";
import { carryOut } from "./client.ts";
import type { RawRecord } from "./streams.ts";
import { tableDefinition, ttlAttribute } from "./table-definition.ts";

type Item = Readonly<Record<string, unknown>>;

interface ExpiryContext {
  readonly server: () => DynamoDbLocal;
  /** The program's tables. */
  readonly tables: () => readonly Resource[];
  /** Called after items of a table were deleted. */
  readonly onDelete: (tableName: string) => void;
}

/** Items that have been past for longer are not deleted, on AWS too. */
const OLDEST_SECONDS = 5 * 365 * 86_400;

export class Expiry {
  readonly #context: ExpiryContext;
  /** Deletions whose records have not been read yet, by table and key. */
  readonly #deleted = new Set<string>();
  /** Records of deletions, by table and sequence number. */
  readonly #records = new Set<string>();

  constructor(context: ExpiryContext) {
    this.#context = context;
  }

  /** @param now milliseconds since the epoch */
  async deleteExpired(now: number): Promise<void> {
    for (const table of this.#context.tables()) {
      const attribute = ttlAttribute(table);
      if (attribute !== undefined) await this.#deleteFrom(table, attribute, Math.floor(now / 1000));
    }
  }

  /** Whether this is the record of a deletion made here: DynamoDB Local has recorded it as any other. */
  isExpiry(tableName: string, { eventName, dynamodb }: RawRecord): boolean {
    if (eventName !== "REMOVE") return false;
    const record = `${tableName} ${String(dynamodb.SequenceNumber)}`;
    if (this.#deleted.delete(idOf(tableName, dynamodb.Keys as Item))) this.#records.add(record);
    return this.#records.has(record);
  }

  async #deleteFrom(table: Resource, attribute: string, now: number): Promise<void> {
    const { TableName, KeySchema, StreamSpecification } = tableDefinition(table);
    const condition = {
      ExpressionAttributeNames: { "#ttl": attribute },
      ExpressionAttributeValues: { ":now": { N: `${now}` }, ":oldest": { N: `${now - OLDEST_SECONDS}` } },
    };
    const expression = "#ttl <= :now AND #ttl > :oldest";
    let ExclusiveStartKey: unknown;
    let count = 0;
    do {
      const page = await this.#call("Scan", {
        TableName,
        ...condition,
        FilterExpression: expression,
        ExclusiveStartKey,
      });
      for (const item of page.Items as Item[]) {
        const names = KeySchema.map(({ AttributeName }) => AttributeName);
        const Key = Object.fromEntries(names.map((name) => [name, item[name]]));
        const id = idOf(TableName, Key);
        if (StreamSpecification.StreamEnabled) this.#deleted.add(id);
        const input = { TableName, Key, ...condition, ConditionExpression: expression };
        await this.#call("DeleteItem", input).catch((error) => {
          this.#deleted.delete(id);
          unlessChanged(error);
        });
        count += 1;
      }
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    if (count > 0) this.#context.onDelete(TableName);
  }

  #call(operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
    return carryOut(this.#context.server(), "tables", operation, input);
  }
}

function idOf(tableName: string, key: Item): string {
  const names = Object.keys(key).sort();
  return JSON.stringify([tableName, names.map((name) => [name, key[name]])]);
}

/** Somebody has written the item meanwhile. */
function unlessChanged(error: unknown): void {
  if (!(error instanceof AwsError && error.code === "ConditionalCheckFailedException")) throw error;
}
