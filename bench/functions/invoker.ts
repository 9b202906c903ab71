/** Invokes functions of this program in this process, one at a time, with DynamoDB Local behind them. */
import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { Graph } from "../../local/core/graph.ts";
import { type AwsStub, startAwsStub } from "./aws-stub.ts";
import { type DeployedFunction, deployedProgram } from "./deployed.ts";
import { CountingDynamo } from "./dynamo-local.ts";

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

export interface Invocation {
  readonly result: unknown;
  readonly milliseconds: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** AWS calls, and those of third parties. */
  readonly calls: readonly string[];
}

const CONTEXT = { functionName: "function", awsRequestId: "bench", getRemainingTimeInMillis: () => 60_000 };

export class Invoker {
  readonly #stub: AwsStub;
  readonly #id = randomUUID();
  readonly #handlers = new Map<string, Handler>();
  readonly functions: readonly DeployedFunction[];
  readonly graph: Graph;
  readonly dynamo: CountingDynamo;

  private constructor(
    stub: AwsStub,
    graph: Graph,
    functions: readonly DeployedFunction[],
    dynamo: CountingDynamo,
  ) {
    this.#stub = stub;
    this.graph = graph;
    this.functions = functions;
    this.dynamo = dynamo;
  }

  /** @param databases names of databases, each with all tables of the program */
  static async start(root: string, databases: readonly string[]): Promise<Invoker> {
    let dynamo: CountingDynamo | undefined;
    const stub = await startAwsStub(async (target, body) => (await dynamo?.carryOut(target, body)) ?? "{}");
    const { graph, functions } = await deployedProgram(root, stub.url);
    dynamo = await CountingDynamo.start(graph, databases);
    Object.assign(process.env, {
      AWS_REGION: "eu-west-1",
      AWS_LAMBDA_FUNCTION_VERSION: "1",
      AWS_ENDPOINT_URL: stub.url,
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      POWERTOOLS_LOG_LEVEL: "SILENT",
      POWERTOOLS_METRICS_DISABLED: "true",
    });
    return new Invoker(stub, graph, functions, dynamo);
  }

  /** @throws Error when the function fails; problems that it answers are results */
  async invoke(name: string, event: unknown): Promise<Invocation> {
    const handler = this.#handlers.get(name) ?? (await this.#load(name));
    const { units } = this.dynamo;
    Object.assign(units, { read: 0, write: 0 });
    this.#stub.takeCalls();
    const begin = performance.now();
    const result = await handler(structuredClone(event), CONTEXT);
    const milliseconds = performance.now() - begin;
    return {
      result,
      milliseconds,
      readUnits: units.read,
      writeUnits: units.write,
      calls: this.#stub.takeCalls(),
    };
  }

  variable(name: string, variable: string): string {
    return this.#find(name).variables[variable] ?? "";
  }

  async stop(): Promise<void> {
    this.#stub.close();
    await this.dynamo.stop();
  }

  async #load(name: string): Promise<Handler> {
    const { bundle, variables } = this.#find(name);
    Object.assign(process.env, variables);
    // A module of its own: that of another benchmark in this process has clients of a stub that is gone.
    const { handler }: { readonly handler: Handler } = await import(
      `${pathToFileURL(bundle).href}?${this.#id}`
    );
    this.#handlers.set(name, handler);
    return handler;
  }

  #find(name: string): DeployedFunction {
    const found = this.functions.find((one) => one.name === name);
    if (!found) throw new Error(`There is no function ${name}.`);
    return found;
  }
}
