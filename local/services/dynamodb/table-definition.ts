/** From the inputs of a Pulumi table to the inputs of the DynamoDB API. */
import type { Properties, Resource, Value } from "../../core/graph.ts";

export interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: "HASH" | "RANGE";
}

export interface IndexDefinition {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly Projection: { readonly ProjectionType: string; readonly NonKeyAttributes?: readonly string[] };
  readonly ProvisionedThroughput?: Throughput;
}

export interface Throughput {
  readonly ReadCapacityUnits: number;
  readonly WriteCapacityUnits: number;
}

/** The part of a table that this program decides on. */
export interface TableDefinition {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: string;
  }[];
  readonly KeySchema: readonly KeyElement[];
  readonly BillingMode: string;
  readonly ProvisionedThroughput?: Throughput;
  readonly GlobalSecondaryIndexes?: readonly IndexDefinition[];
  readonly LocalSecondaryIndexes?: readonly IndexDefinition[];
  readonly StreamSpecification: { readonly StreamEnabled: boolean; readonly StreamViewType?: string };
  readonly DeletionProtectionEnabled: boolean;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html */
export function tableDefinition(table: Resource): TableDefinition {
  const { inputs, id } = table;
  const provisioned = inputs.billingMode !== "PAY_PER_REQUEST";
  const global = list(inputs.globalSecondaryIndexes).map((index) => ({
    ...indexDefinition(index),
    ...(provisioned ? { ProvisionedThroughput: throughput(index) } : {}),
  }));
  const local = list(inputs.localSecondaryIndexes).map((index) =>
    indexDefinition({ ...index, hashKey: inputs.hashKey }),
  );
  return {
    TableName: id,
    AttributeDefinitions: list(inputs.attributes).map(({ name, type }) => ({
      AttributeName: String(name),
      AttributeType: String(type),
    })),
    KeySchema: keySchema(inputs),
    BillingMode: provisioned ? "PROVISIONED" : "PAY_PER_REQUEST",
    ...(provisioned ? { ProvisionedThroughput: throughput(inputs) } : {}),
    ...(global.length > 0 ? { GlobalSecondaryIndexes: global } : {}),
    ...(local.length > 0 ? { LocalSecondaryIndexes: local } : {}),
    StreamSpecification:
      inputs.streamEnabled === true
        ? { StreamEnabled: true, StreamViewType: String(inputs.streamViewType) }
        : { StreamEnabled: false },
    DeletionProtectionEnabled: inputs.deletionProtectionEnabled === true,
  };
}

/** The attribute by which items expire; undefined when none do. */
export function ttlAttribute({ inputs }: Resource): string | undefined {
  const ttl = inputs.ttl;
  if (!isProperties(ttl) || ttl.enabled === false || typeof ttl.attributeName !== "string") return undefined;
  return ttl.attributeName === "" ? undefined : ttl.attributeName;
}

/** Name of the partition key of a table, or of one of its indexes. */
export function partitionKey(table: Resource, indexName?: string): string | undefined {
  const { inputs } = table;
  const index = list(inputs.globalSecondaryIndexes).find(({ name }) => name === indexName);
  return keySchema(index ?? inputs).find(({ KeyType }) => KeyType === "HASH")?.AttributeName;
}

/** Names of a table's key attributes. */
export function keyAttributes({ inputs }: Resource): string[] {
  return keySchema(inputs).map(({ AttributeName }) => AttributeName);
}

function indexDefinition(index: Properties): IndexDefinition {
  const others = Array.isArray(index.nonKeyAttributes) ? index.nonKeyAttributes.map(String) : [];
  return {
    IndexName: String(index.name),
    KeySchema: keySchema(index),
    Projection: {
      ProjectionType: String(index.projectionType),
      ...(others.length > 0 ? { NonKeyAttributes: others } : {}),
    },
  };
}

function keySchema(owner: Properties): KeyElement[] {
  const elements = list(owner.keySchemas).map(({ attributeName, keyType }) => ({
    AttributeName: String(attributeName),
    KeyType: keyType === "RANGE" ? ("RANGE" as const) : ("HASH" as const),
  }));
  if (elements.length > 0) return elements;
  const hash: KeyElement = { AttributeName: String(owner.hashKey), KeyType: "HASH" };
  if (typeof owner.rangeKey !== "string" || owner.rangeKey === "") return [hash];
  return [hash, { AttributeName: owner.rangeKey, KeyType: "RANGE" }];
}

function throughput(owner: Properties): Throughput {
  return {
    ReadCapacityUnits: Number(owner.readCapacity ?? 1),
    WriteCapacityUnits: Number(owner.writeCapacity ?? 1),
  };
}

function list(value: Value | undefined): Properties[] {
  return Array.isArray(value) ? value.filter(isProperties) : [];
}

function isProperties(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("kind" in value);
}
