/**
 * What caused the records of table streams. On AWS a trace ends at the table; here the log goes on: the n-th record of an
 * item belongs to the n-th write of it. A write that changes nothing makes no record, so that the next one of the same item
 * may be taken for it. Writes by PartiQL are not followed.
 */
import type { DynamoDBRecord } from "aws-lambda";
import type { JsonInput } from "../../core/protocol.ts";
import { currentTrace, type Trace } from "../../core/trace.ts";
import { KeptTraces } from "../../real-parts/kept-traces.ts";
import { tableNameOf } from "./arns.ts";

type Item = Readonly<Record<string, unknown>>;
type Write = readonly [tableName: unknown, item: unknown];
type WritesOf = (input: JsonInput) => Write[];

const KEPT_ITEMS = 10_000;

const WRITES: Readonly<Record<string, WritesOf>> = {
  BatchWriteItem: ({ RequestItems }) =>
    Object.entries((RequestItems ?? {}) as Item).flatMap(([table, requests]) =>
      items(requests).map(({ PutRequest, DeleteRequest }): Write => {
        const { Item, Key } = (PutRequest ?? DeleteRequest ?? {}) as Item;
        return [table, Item ?? Key];
      }),
    ),
  DeleteItem: ({ TableName, Key }) => [[TableName, Key]],
  PutItem: ({ TableName, Item }) => [[TableName, Item]],
  TransactWriteItems: ({ TransactItems }) =>
    items(TransactItems).flatMap(({ Put, Update, Delete }) =>
      [Put, Update, Delete].flatMap((part): Write[] => {
        const { TableName, Item, Key } = (part ?? {}) as Item;
        return TableName === undefined ? [] : [[TableName, Item ?? Key]];
      }),
    ),
  UpdateItem: ({ TableName, Key }) => [[TableName, Key]],
};

export class WriteTraces {
  readonly #keyNames: (tableName: string) => readonly string[];
  /** Of the writes whose records were not read yet, by item, oldest first. */
  readonly #writes = new Map<string, Trace[]>();
  readonly #records = new KeptTraces();

  /** @param keyNames names of a table's key attributes */
  constructor(keyNames: (tableName: string) => readonly string[]) {
    this.#keyNames = keyNames;
  }

  /** Notes who writes, before it is written: the record may be read at once. @returns how to forget it when it failed */
  note(operation: string, input: JsonInput): () => void {
    const trace = currentTrace();
    const writes = trace && Object.hasOwn(WRITES, operation) ? (WRITES[operation]?.(input) ?? []) : [];
    const noted = writes.map(([table, item]) => this.#note(tableNameOf(String(table)), item as Item, trace));
    return () => {
      for (const forget of noted) forget();
    };
  }

  /** The trace of a record; the same at each reading. */
  of({ eventID = "", eventSourceARN = "", dynamodb }: DynamoDBRecord): Trace | undefined {
    const known = this.#records.get(eventID);
    if (known) return known;
    const key = this.#keyOf(tableNameOf(eventSourceARN), dynamodb?.Keys ?? {});
    const waiting = this.#writes.get(key);
    const trace = waiting?.shift();
    if (waiting?.length === 0) this.#writes.delete(key);
    this.#records.keep(eventID, trace);
    return trace;
  }

  #note(tableName: string, item: Item, trace: Trace | undefined): () => void {
    if (!trace) return () => undefined;
    const key = this.#keyOf(tableName, item);
    const waiting = this.#writes.get(key) ?? [];
    this.#writes.set(key, [...waiting, trace]);
    const [oldest] = this.#writes.keys();
    if (this.#writes.size > KEPT_ITEMS && oldest !== undefined) this.#writes.delete(oldest);
    return () => {
      const left = (this.#writes.get(key) ?? []).filter((other) => other !== trace);
      if (left.length > 0) this.#writes.set(key, left);
      else this.#writes.delete(key);
    };
  }

  #keyOf(tableName: string, item: Item): string {
    const names = this.#keyNames(tableName);
    return JSON.stringify([tableName, ...names.map((name) => item[name])]);
  }
}

function items(value: unknown): Item[] {
  return Array.isArray(value) ? (value as Item[]) : [];
}
