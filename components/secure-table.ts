import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import type { Link, PolicyStatement } from "./link.ts";
import type { Mistake } from "./mistakes.ts";
import { refuseMistakes } from "./mistakes.ts";
import type { Transform } from "./transform.ts";
import { transformed } from "./transform.ts";

export interface TableIndexArgs {
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Attributes that the index holds besides the keys. @default "all" */
  readonly projection?: "all" | "keys" | readonly string[];
}

export interface SecureTableArgs {
  readonly defaults: StackDefaults;
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Types of key attributes that are not strings. @default "S" for each */
  readonly attributes?: Readonly<Record<string, "S" | "N" | "B">>;
  /** Global secondary indexes, by name. */
  readonly indexes?: Readonly<Record<string, TableIndexArgs>>;
  /** Attribute that holds the time, in seconds since 1970, after which DynamoDB deletes an item, some days late. */
  readonly timeToLive?: string;
  /** Emits every change, with the item before and after it. @default false */
  readonly stream?: boolean;
  readonly transform?: { readonly table?: Transform<aws.dynamodb.TableArgs> };
}

/**
 * What a link can let a function do. `check` is a condition on an item within a transaction. `scan` is for backups
 * alone: its cost grows with the table. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
export type TableAccess = keyof typeof ITEM_ACTIONS;

/** Actions on items of the table; a transaction needs those of its parts. */
const ITEM_ACTIONS = Object.freeze({
  get: ["dynamodb:GetItem"],
  query: [],
  read: ["dynamodb:GetItem", "dynamodb:BatchGetItem"],
  put: ["dynamodb:PutItem"],
  update: ["dynamodb:UpdateItem"],
  delete: ["dynamodb:DeleteItem"],
  check: ["dynamodb:ConditionCheckItem"],
  scan: ["dynamodb:Scan"],
  write: [
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
  ],
  readWrite: [
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
  ],
} as const satisfies Record<string, readonly string[]>);

/** Accesses that may query the table and its indexes. */
const QUERIES: readonly TableAccess[] = ["query", "read", "readWrite"];

export interface TableLinkOptions {
  /** Names of the indexes that are queried. @default all */
  readonly indexes?: readonly string[];
  /** Whether the table itself is queried, beside its indexes. @default true */
  readonly table?: boolean;
}

/**
 * Ceilings of an on-demand table and of each of its indexes, in units per second, so that a mistake in a program has a price with an end:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode-max-throughput.html
 */
const CEILINGS = Object.freeze({
  development: { maxReadRequestUnits: 2_000, maxWriteRequestUnits: 2_000 },
  production: { maxReadRequestUnits: 20_000, maxWriteRequestUnits: 20_000 },
});

/**
 * A DynamoDB table that is paid per request.
 *
 * Creates: the table, encrypted with AWS's own key; in production with point-in-time recovery and deletion protection.
 *
 *     const tasks = new SecureTable("tasks", { defaults, partitionKey: "pk", sortKey: "sk", stream: true });
 *     new AlarmedFunction("create", { links: { TASKS_TABLE: tasks.link("put") }, … });
 */
export class SecureTable extends Component {
  readonly table: aws.dynamodb.Table;
  readonly #indexes: readonly string[];

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: SecureTableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("SecureTable", name, {}, opts);
    refuseMistakes(`SecureTable "${name}"`, mistakesIn(args));
    this.#indexes = Object.keys(args.indexes ?? {});
    this.table = new aws.dynamodb.Table(
      `${name}-table`,
      transformed(tableArgs(args), args.transform?.table, { billingMode: "PAY_PER_REQUEST" }),
      { parent: this, protect: args.defaults.production },
    );
    this.registerOutputs({ table: this.table });
  }

  /**
   * What a function needs: the table's name, and the permissions for one or several kinds of access.
   * @throws Error when an index is named that the table does not have
   */
  link(access: TableAccess | readonly TableAccess[], options: TableLinkOptions = {}): Link {
    const accesses = [access].flat();
    const { indexes = this.#indexes, table = true } = options;
    const unknown = indexes.filter((index) => !this.#indexes.includes(index));
    if (unknown.length > 0) throw new Error(`SecureTable "${this.name}" has no index ${unknown.join(", ")}`);
    const { arn } = this.table;
    const items = [...new Set(accesses.flatMap((each): readonly string[] => ITEM_ACTIONS[each]))];
    const statements: PolicyStatement[] = [];
    if (items.length > 0) statements.push({ Effect: "Allow", Action: items, Resource: arn });
    if (accesses.some((each) => QUERIES.includes(each))) {
      const queried = indexes.map((index) => pulumi.interpolate`${arn}/index/${index}`);
      const resources = table ? [arn, ...queried] : queried;
      statements.push({ Effect: "Allow", Action: ["dynamodb:Query"], Resource: resources });
    }
    return { value: this.table.name, statements };
  }
}

function tableArgs(args: SecureTableArgs): aws.dynamodb.TableArgs {
  const { production } = args.defaults;
  const ceiling = production ? CEILINGS.production : CEILINGS.development;
  return {
    billingMode: "PAY_PER_REQUEST",
    hashKey: args.partitionKey,
    rangeKey: args.sortKey,
    attributes: keyAttributes(args).map((name) => ({ name, type: args.attributes?.[name] ?? "S" })),
    globalSecondaryIndexes: Object.entries(args.indexes ?? {}).map(([name, index]) => ({
      ...indexArgs(name, index),
      onDemandThroughput: indexCeiling(ceiling),
    })),
    onDemandThroughput: ceiling,
    pointInTimeRecovery: { enabled: production },
    deletionProtectionEnabled: production,
    ...(args.timeToLive !== undefined && { ttl: { attributeName: args.timeToLive, enabled: true } }),
    ...(args.stream && { streamEnabled: true, streamViewType: "NEW_AND_OLD_IMAGES" }),
  };
}

/** A write that changes a key of the index takes an item out of it and puts another in. */
function indexCeiling({ maxReadRequestUnits, maxWriteRequestUnits }: typeof CEILINGS.development) {
  return { maxReadRequestUnits, maxWriteRequestUnits: 2 * maxWriteRequestUnits };
}

function indexArgs(name: string, index: TableIndexArgs): aws.types.input.dynamodb.TableGlobalSecondaryIndex {
  const { partitionKey, sortKey, projection = "all" } = index;
  const keySchemas = [{ attributeName: partitionKey, keyType: "HASH" }];
  if (sortKey !== undefined) keySchemas.push({ attributeName: sortKey, keyType: "RANGE" });
  if (projection === "all") return { name, keySchemas, projectionType: "ALL" };
  if (projection === "keys") return { name, keySchemas, projectionType: "KEYS_ONLY" };
  return { name, keySchemas, projectionType: "INCLUDE", nonKeyAttributes: [...projection] };
}

/** DynamoDB wants exactly the attributes that are keys, each once. */
function keyAttributes({ partitionKey, sortKey, indexes = {} }: SecureTableArgs): string[] {
  const keys = [{ partitionKey, sortKey }, ...Object.values(indexes)];
  const names = keys.flatMap((key) => [key.partitionKey, key.sortKey]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

function mistakesIn(args: SecureTableArgs): Mistake[] {
  const keys = keyAttributes(args);
  const unused = Object.keys(args.attributes ?? {})
    .filter((name) => !keys.includes(name))
    .map((name) => ({
      propertyPath: `attributes.${name}`,
      reason: "is no key of the table or of an index; leave it out, DynamoDB declares keys only",
    }));
  const empty = keys.includes("")
    ? [{ propertyPath: "partitionKey", reason: "or another key is empty" }]
    : [];
  const badNames = Object.keys(args.indexes ?? {})
    .filter((name) => !/^[A-Za-z0-9_.-]{3,255}$/.test(name))
    .map((name) => ({
      propertyPath: `indexes.${name}`,
      reason: "is no name of an index; use 3 to 255 letters, digits, _ . -",
    }));
  return [...unused, ...empty, ...badNames];
}
