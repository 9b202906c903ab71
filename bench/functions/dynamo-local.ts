/** DynamoDB Local with the tables of this program, in as many databases as wanted; it counts the capacity that calls consume. */
import { type Graph, resourcesOf } from "../../local/core/graph.ts";
import { DynamoDbLocal } from "../../local/real-parts/dynamodb-local.ts";
import { tableDefinition } from "../../local/services/dynamodb/table-definition.ts";

export type Attribute = Readonly<Record<string, unknown>>;
export type DynamoItem = Readonly<Record<string, Attribute>>;

interface Consumed {
  readonly CapacityUnits?: number;
  readonly ReadCapacityUnits?: number;
  readonly WriteCapacityUnits?: number;
}

const ITEMS_PER_BATCH = 25;
/** DynamoDB Local writes one after the other anyway. */
const BATCHES_AT_ONCE = 4;
const WRITES = /\.(?:PutItem|UpdateItem|DeleteItem|TransactWriteItems|BatchWriteItem)$/;

export class CountingDynamo {
  readonly #server: DynamoDbLocal;
  /** Capacity units since they were set to 0. */
  readonly units = { read: 0, write: 0 };
  /** The database that calls go to. */
  database = "one";

  private constructor(server: DynamoDbLocal) {
    this.#server = server;
  }

  /** Where an SDK reaches it; the name of a database is its access key. */
  get url(): string {
    return this.#server.url;
  }

  static async start(graph: Graph, databases: readonly string[]): Promise<CountingDynamo> {
    const server = await DynamoDbLocal.start({ accessKey: "bench" });
    const dynamo = new CountingDynamo(server);
    for (const database of databases) {
      for (const table of resourcesOf(graph, "aws:dynamodb/table:Table")) {
        // Nobody reads the streams here, and what waits in them makes DynamoDB Local slower with each item.
        const { StreamSpecification: _, ...definition } = tableDefinition(table);
        await dynamo.#send("CreateTable", definition, database);
      }
    }
    return dynamo;
  }

  /** Carries out an operation in the current database. */
  readonly carryOut = async (target: string, body: string): Promise<string> => {
    const input = JSON.stringify({ ...JSON.parse(body), ReturnConsumedCapacity: "TOTAL" });
    const answer = (await this.#server.send(target, input, this.database)).body.toString();
    const { ConsumedCapacity = [] }: { ConsumedCapacity?: Consumed | readonly Consumed[] } =
      JSON.parse(answer);
    for (const { CapacityUnits = 0 } of [ConsumedCapacity].flat()) {
      this.units[WRITES.test(target) ? "write" : "read"] += CapacityUnits;
    }
    return answer;
  };

  async put(table: string, items: readonly DynamoItem[], database = this.database): Promise<void> {
    const batches = Array.from({ length: Math.ceil(items.length / ITEMS_PER_BATCH) }, (_, index) =>
      items.slice(index * ITEMS_PER_BATCH, (index + 1) * ITEMS_PER_BATCH),
    );
    const work = async () => {
      for (let batch = batches.pop(); batch; batch = batches.pop()) {
        const requests = batch.map((Item) => ({ PutRequest: { Item } }));
        await this.#send("BatchWriteItem", { RequestItems: { [table]: requests } }, database);
      }
    };
    await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, work));
  }

  /** The items of a table whose partition key begins so. */
  async find(table: string, prefix: string): Promise<DynamoItem[]> {
    const found: DynamoItem[] = [];
    for (let start: unknown, isFirst = true; isFirst || start; isFirst = false) {
      const input = { TableName: table, ...(start !== undefined && { ExclusiveStartKey: start }) };
      const { Items, LastEvaluatedKey } = JSON.parse(await this.#send("Scan", input, this.database));
      found.push(...(Items as DynamoItem[]).filter(({ pk }) => String(pk?.S).startsWith(prefix)));
      start = LastEvaluatedKey;
    }
    return found;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  async #send(operation: string, input: object, database: string): Promise<string> {
    const answer = await this.#server.send(`DynamoDB_20120810.${operation}`, JSON.stringify(input), database);
    if (answer.status !== 200) throw new Error(`${operation} failed: ${answer.body}`);
    return answer.body.toString();
  }
}
