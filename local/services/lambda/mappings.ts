/** The event source mappings: which pollers there are, and when they run. */
import { AwsError, UserError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Cloud } from "../../core/service.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Destinations } from "./destinations.ts";
import type { Invoker } from "./invoker.ts";
import { type MappingSettings, readMapping, unsupportedSettings } from "./mapping-settings.ts";
import type { Registry } from "./registry.ts";
import { SqsPoller } from "./sqs-poller.ts";
import { StreamPoller } from "./stream-poller.ts";

interface Poller {
  start(): void;
  stop(): Promise<void>;
  /** Whether something is being handled, or is there to be taken at once. */
  busy(): boolean | Promise<boolean>;
}

interface MappingOptions {
  readonly cloud: Cloud;
  readonly registry: Registry;
  readonly invoker: Invoker;
  readonly destinations: Destinations;
  readonly checkpoints: Checkpoints;
}

/** What a role needs to poll a source. */
const SOURCE_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  sqs: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
  dynamodb: [
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:DescribeStream",
    "dynamodb:ListStreams",
  ],
};

export class Mappings {
  readonly #options: MappingOptions;
  readonly #mappings = new Map<string, MappingSettings>();
  readonly #pollers = new Map<string, Poller>();

  constructor(options: MappingOptions) {
    this.#options = options;
  }

  /** Makes a mapping, or changes it; it starts with `start`. */
  async put(resource: Resource): Promise<void> {
    const mapping = readMapping(resource);
    for (const name of unsupportedSettings(resource)) {
      const message = `The local cloud does not support ${name} of event source mappings: ${resource.name}.`;
      this.#options.cloud.log({ kind: "warning", source: "lambda", message });
    }
    await this.#end(mapping.uuid);
    this.#mappings.set(mapping.uuid, mapping);
  }

  async remove(uuid: string): Promise<void> {
    this.#mappings.delete(uuid);
    await this.#end(uuid);
    this.#options.checkpoints.remove(uuid);
  }

  /**
   * Starts the pollers that do not run yet.
   * @throws UserError when roles may not read their sources, as AWS refuses such mappings
   */
  start(): void {
    const problems: string[] = [];
    for (const [uuid, mapping] of this.#mappings) {
      if (!mapping.enabled || this.#pollers.has(uuid)) continue;
      const problem = this.#denial(mapping);
      if (problem !== undefined) {
        problems.push(problem);
        continue;
      }
      const poller = this.#pollerOf(mapping);
      if (!poller) continue;
      this.#pollers.set(uuid, poller);
      poller.start();
    }
    if (problems.length > 0) throw new UserError(problems.join("\n"));
  }

  /** Whether any mapping handles something, or would take it at once. */
  async busy(): Promise<boolean> {
    const answers = await Promise.all([...this.#pollers.values()].map((poller) => poller.busy()));
    return answers.includes(true);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#pollers.keys()].map((uuid) => this.#end(uuid)));
  }

  async #end(uuid: string): Promise<void> {
    const poller = this.#pollers.get(uuid);
    this.#pollers.delete(uuid);
    await poller?.stop();
  }

  #pollerOf(mapping: MappingSettings): Poller | undefined {
    const { cloud, registry, invoker, destinations, checkpoints } = this.#options;
    const service = sourceOf(mapping);
    if (service === "sqs") return new SqsPoller(cloud, invoker, mapping);
    const context = { cloud, registry, invoker, destinations, mapping };
    if (service === "dynamodb") return new StreamPoller(context, checkpoints);
    const message = `The local cloud does not support ${mapping.sourceArn || "this kind of source"} as a source of ${mapping.functionArn}.`;
    cloud.log({ kind: "warning", source: "lambda", message });
    return undefined;
  }

  /** Why the function's role may not read the source; undefined when it may. */
  #denial(mapping: MappingSettings): string | undefined {
    const { cloud, registry } = this.#options;
    const { role } = registry.resolve(mapping.functionArn).fn.settings;
    const actions = SOURCE_ACTIONS[sourceOf(mapping)] ?? [];
    const permissions = actions.map((action) => ({ action, resource: mapping.sourceArn }));
    try {
      cloud.authorize({ kind: "role", arn: role }, permissions);
      return undefined;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return `The event source mapping from ${mapping.sourceArn} to ${mapping.functionArn} cannot work, and AWS refuses it: ${error.message}`;
    }
  }
}

function sourceOf({ sourceArn }: MappingSettings): string {
  return sourceArn.split(":")[2] ?? "";
}
