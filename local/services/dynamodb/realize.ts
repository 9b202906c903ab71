/** Makes the program's tables in DynamoDB Local, and keeps them in step. */
import { setTimeout as pause } from "node:timers/promises";
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Log } from "../../core/log.ts";
import type { Realizer } from "../../core/service.ts";
import type { DynamoDbLocal } from "../../real-parts/dynamodb-local.ts";
import type { Arns } from "./arns.ts";
import { carryOut } from "./client.ts";
import {
  type IndexDefinition,
  type TableDefinition,
  tableDefinition,
  ttlAttribute,
} from "./table-definition.ts";

interface TableDescription extends TableDefinition {
  readonly BillingModeSummary?: { readonly BillingMode: string };
  readonly GlobalSecondaryIndexes?: readonly (IndexDefinition & { readonly IndexStatus: string })[];
  readonly LatestStreamArn?: string;
}

export interface TableContext {
  readonly server: () => DynamoDbLocal;
  readonly arns: Arns;
  readonly log: Log;
}

const POLL_MILLISECONDS = 20;
const INDEX_TIMEOUT_MILLISECONDS = 60_000;

/** Tables: creates what is missing, changes what AWS would change in place, and replaces the rest, which loses its items. */
export function tableRealizer(context: TableContext): Realizer {
  const converge = (table: Resource): Promise<void> => new TableChange(context, table).apply();
  return {
    create: converge,
    update: async (table, previous) => {
      if (previous.id !== table.id) await new TableChange(context, previous).drop();
      await converge(table);
    },
    delete: (table) => new TableChange(context, table).drop(),
  };
}

export function tableItemRealizer(server: () => DynamoDbLocal): Realizer {
  const put = async ({ inputs }: Resource): Promise<void> => {
    const Item: unknown = JSON.parse(String(inputs.item));
    await carryOut(server(), "tables", "PutItem", { TableName: inputs.tableName, Item });
  };
  const remove = async ({ inputs }: Resource): Promise<void> => {
    const item = JSON.parse(String(inputs.item)) as Record<string, unknown>;
    const keys = [inputs.hashKey, inputs.rangeKey].filter((key) => typeof key === "string" && key !== "");
    const Key = Object.fromEntries(keys.map((key) => [String(key), item[String(key)]]));
    await carryOut(server(), "tables", "DeleteItem", { TableName: inputs.tableName, Key }).catch(unlessGone);
  };
  return {
    create: put,
    update: async (item, previous) => {
      await remove(previous);
      await put(item);
    },
    delete: remove,
  };
}

class TableChange {
  readonly #context: TableContext;
  readonly #table: Resource;
  readonly #wanted: TableDefinition;

  constructor(context: TableContext, table: Resource) {
    this.#context = context;
    this.#table = table;
    this.#wanted = tableDefinition(table);
  }

  async apply(): Promise<void> {
    let found = await this.#describe();
    if (found && !canBecome(found, this.#wanted)) {
      this.#context.log({
        kind: "warning",
        source: "dynamodb",
        message: `Table ${this.#wanted.TableName} has other keys now: it was replaced, and its items are gone`,
      });
      await this.drop();
      found = undefined;
    }
    if (found) await this.#update(found);
    else await this.#call("CreateTable", this.#wanted);
    await this.#setTtl();
    await this.#noteStream();
  }

  async drop(): Promise<void> {
    const { TableName } = this.#wanted;
    this.#context.arns.removeStream(String(this.#table.outputs.streamArn ?? ""));
    await this.#call("UpdateTable", { TableName, DeletionProtectionEnabled: false }).catch(unlessGone);
    await this.#call("DeleteTable", { TableName }).catch(unlessGone);
  }

  async #update(found: TableDescription): Promise<void> {
    const { TableName, DeletionProtectionEnabled, AttributeDefinitions } = this.#wanted;
    const present = found.GlobalSecondaryIndexes ?? [];
    const wanted = this.#wanted.GlobalSecondaryIndexes ?? [];
    for (const { IndexName } of present.filter((index) => !wanted.some((other) => sameIndex(index, other)))) {
      await this.#changeIndexes({ Delete: { IndexName } });
    }
    for (const index of wanted.filter((index) => !present.some((other) => sameIndex(index, other)))) {
      await this.#changeIndexes({ Create: index }, AttributeDefinitions);
    }
    await this.#updateStream(found);
    await this.#updateBilling(found);
    await this.#call("UpdateTable", { TableName, DeletionProtectionEnabled });
  }

  async #changeIndexes(change: object, AttributeDefinitions?: unknown): Promise<void> {
    const { TableName } = this.#wanted;
    const GlobalSecondaryIndexUpdates = [change];
    await this.#call("UpdateTable", { TableName, AttributeDefinitions, GlobalSecondaryIndexUpdates });
    const deadline = Date.now() + INDEX_TIMEOUT_MILLISECONDS;
    const isBusy = ({ GlobalSecondaryIndexes = [] }: TableDescription): boolean =>
      GlobalSecondaryIndexes.some(({ IndexStatus }) => IndexStatus !== "ACTIVE");
    for (let table = await this.#describe(); table && isBusy(table); table = await this.#describe()) {
      if (Date.now() > deadline) throw new Error(`The indexes of table ${TableName} are not ready in time.`);
      await pause(POLL_MILLISECONDS);
    }
  }

  async #updateStream({ StreamSpecification: present }: TableDescription): Promise<void> {
    const { TableName, StreamSpecification } = this.#wanted;
    const isSame =
      (present?.StreamEnabled ?? false) === StreamSpecification.StreamEnabled &&
      present?.StreamViewType === StreamSpecification.StreamViewType;
    if (isSame) return;
    if (present?.StreamEnabled) {
      await this.#call("UpdateTable", { TableName, StreamSpecification: { StreamEnabled: false } });
    }
    if (StreamSpecification.StreamEnabled)
      await this.#call("UpdateTable", { TableName, StreamSpecification });
  }

  async #updateBilling({ BillingModeSummary }: TableDescription): Promise<void> {
    const { TableName, BillingMode, ProvisionedThroughput, GlobalSecondaryIndexes = [] } = this.#wanted;
    if ((BillingModeSummary?.BillingMode ?? "PROVISIONED") === BillingMode) return;
    const indexes = GlobalSecondaryIndexes.filter((index) => index.ProvisionedThroughput).map(
      ({ IndexName, ProvisionedThroughput: own }) => ({ Update: { IndexName, ProvisionedThroughput: own } }),
    );
    const GlobalSecondaryIndexUpdates = indexes.length > 0 ? indexes : undefined;
    await this.#call("UpdateTable", {
      TableName,
      BillingMode,
      ProvisionedThroughput,
      GlobalSecondaryIndexUpdates,
    });
  }

  async #setTtl(): Promise<void> {
    const { TableName } = this.#wanted;
    const wanted = ttlAttribute(this.#table);
    const { TimeToLiveDescription } = await this.#call("DescribeTimeToLive", { TableName });
    const present = TimeToLiveDescription as
      | { TimeToLiveStatus?: string; AttributeName?: string }
      | undefined;
    const enabled = present?.TimeToLiveStatus === "ENABLED" ? present.AttributeName : undefined;
    if (enabled === wanted) return;
    const set = (AttributeName: string, Enabled: boolean): Promise<unknown> =>
      this.#call("UpdateTimeToLive", { TableName, TimeToLiveSpecification: { AttributeName, Enabled } });
    if (enabled !== undefined) await set(enabled, false);
    if (wanted !== undefined) await set(wanted, true);
  }

  async #noteStream(): Promise<void> {
    const streamArn = this.#table.outputs.streamArn;
    if (typeof streamArn !== "string" || streamArn === "") return;
    const found = await this.#describe();
    if (found?.LatestStreamArn) this.#context.arns.addStream(found.LatestStreamArn, streamArn);
  }

  async #describe(): Promise<TableDescription | undefined> {
    const { TableName } = this.#wanted;
    const answer = await this.#call("DescribeTable", { TableName }).catch(unlessGone);
    return answer?.Table as TableDescription | undefined;
  }

  #call(operation: string, input: unknown): Promise<Readonly<Record<string, unknown>>> {
    return carryOut(this.#context.server(), "tables", operation, input);
  }
}

/** True when AWS could change the table in place: its keys and local indexes are fixed for life. */
function canBecome(found: TableDescription, wanted: TableDefinition): boolean {
  const types = new Map(found.AttributeDefinitions.map((one) => [one.AttributeName, one.AttributeType]));
  const isSameType = wanted.AttributeDefinitions.every(
    ({ AttributeName, AttributeType }) => (types.get(AttributeName) ?? AttributeType) === AttributeType,
  );
  const local = wanted.LocalSecondaryIndexes ?? [];
  const localFound = found.LocalSecondaryIndexes ?? [];
  return (
    isSameType &&
    sameKeys(found.KeySchema, wanted.KeySchema) &&
    local.length === localFound.length &&
    local.every((index) => localFound.some((other) => sameIndex(index, other)))
  );
}

function sameIndex(left: IndexDefinition, right: IndexDefinition): boolean {
  const others = ({ Projection }: IndexDefinition): string =>
    [Projection.ProjectionType, ...[...(Projection.NonKeyAttributes ?? [])].sort()].join();
  return (
    left.IndexName === right.IndexName &&
    sameKeys(left.KeySchema, right.KeySchema) &&
    others(left) === others(right)
  );
}

function sameKeys(left: TableDefinition["KeySchema"], right: TableDefinition["KeySchema"]): boolean {
  const text = (keys: TableDefinition["KeySchema"]): string =>
    keys.map(({ AttributeName, KeyType }) => `${KeyType}:${AttributeName}`).join();
  return text(left) === text(right);
}

function unlessGone(error: unknown): undefined {
  if (error instanceof AwsError && error.code === "ResourceNotFoundException") return undefined;
  throw error;
}
