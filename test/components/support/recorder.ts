/** Runs a piece of Pulumi program without an engine, and keeps what it registers. */
import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockResourceArgs } from "@pulumi/pulumi/runtime/mocks.js";
import { computedOutputs, providerFunctions } from "./mocked-aws.ts";

/** A resource as the program asked for it. */
export interface RecordedResource {
  /** Type token, such as `aws:lambda/function:Function`. */
  readonly type: string;
  readonly name: string;
  /** Secrets are unwrapped; their names are in `secretInputs`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly secretInputs: readonly string[];
  /** Name of the parent; undefined for what has none. */
  readonly parent: string | undefined;
  readonly protect: boolean;
  /** Names of what must be in place before, as far as the program says so itself (`dependsOn`). */
  readonly dependsOn: readonly string[];
}

export type ProviderFunctions = Readonly<Record<string, (inputs: MockCallArgs["inputs"]) => object>>;

export interface RecordOptions {
  /** Answers of provider functions, by token; any other is an error. @default account 123456789012 in eu-west-1 */
  readonly functions?: ProviderFunctions;
  /** What AWS would return for a resource, on top of what is always returned. */
  readonly outputs?: (resource: Pick<RecordedResource, "type" | "name" | "inputs">) => object;
}

/** What a program registered. */
export class Recording<Result> {
  readonly list: readonly RecordedResource[];
  /** What the program returned. */
  readonly result: Result;

  constructor(list: readonly RecordedResource[], result: Result) {
    this.list = list;
    this.result = result;
  }

  /** All resources of one type, or all children of one parent with it. */
  all(type: string): RecordedResource[] {
    return this.list.filter((resource) => resource.type === type);
  }

  /**
   * The only resource of one type, or the one of that name.
   * @throws Error that lists what there is
   */
  one(type: string, name?: string): RecordedResource {
    const found = this.all(type).filter((resource) => name === undefined || resource.name === name);
    const [resource] = found;
    if (resource && found.length === 1) return resource;
    const wanted = `one ${type}${name === undefined ? "" : ` named "${name}"`}`;
    throw new Error(`Expected ${wanted}, found ${found.length}. There are:\n${this.#summary()}`);
  }

  /** @throws Error when there is a resource of that type */
  none(type: string): void {
    const [found] = this.all(type);
    if (found) throw new Error(`Expected no ${type}, found "${found.name}"`);
  }

  /** The types of all resources but components, sorted, with repeats: what the program creates, exactly. */
  types(): string[] {
    return this.list
      .map(({ type }) => type)
      .filter((type) => !type.startsWith("andamio:"))
      .sort();
  }

  #summary(): string {
    return this.list.map(({ type, name }) => `  ${type} "${name}"`).join("\n");
  }
}

/**
 * Runs the program against a fresh recorder and waits for all resources, those too that are made late, inside an
 * `apply`. Provider functions that are not mocked are errors.
 */
export async function record<Result>(
  program: () => Result | Promise<Result>,
  options: RecordOptions = {},
): Promise<Recording<Result>> {
  const registered: MockResourceArgs[] = [];
  const placements = new Map<string, Placement>();
  await pulumi.runtime.setMocks(mocksOf(registered, options), "andamio", "test", false);
  const made: { result?: { readonly value: Result } } = {};
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation((args) => {
      placements.set(keyOf(args), placementOf(args));
      return undefined;
    });
    made.result = { value: await program() };
    return {};
  });
  await settled(() => placements.size + registered.length);
  if (!made.result) throw new Error("the program did not run");
  const list = registered
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map((args) => recorded(args, placements.get(keyOf(args))));
  return new Recording(list, made.result.value);
}

/** The value of an output, once it is known. */
export function known<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => {
    pulumi.output(output).apply(resolve);
  });
}

/** The JSON document in one of a resource's inputs. */
export function documentIn(resource: RecordedResource, input: string): unknown {
  const text = resource.inputs[input];
  if (typeof text !== "string")
    throw new Error(`${resource.type} "${resource.name}" has no text in ${input}`);
  return JSON.parse(text);
}

function mocksOf(registered: MockResourceArgs[], options: RecordOptions): pulumi.runtime.Mocks {
  const functions = { ...providerFunctions, ...options.functions };
  return {
    newResource(args) {
      registered.push(args);
      if (!args.custom) return { id: "", state: {} };
      const { type, name } = args;
      const inputs = plain(args.inputs) as Readonly<Record<string, unknown>>;
      const outputs = {
        ...computedOutputs(type, name, inputs),
        ...options.outputs?.({ type, name, inputs }),
      };
      const state: Record<string, unknown> = { ...args.inputs, ...outputs };
      return { id: String(state.id ?? `${name}-id`), state };
    },
    call({ token, inputs }) {
      const answer = functions[token];
      if (!answer) throw new Error(`the test does not mock the provider function ${token}`);
      return answer(inputs);
    },
  };
}

type Placement = Pick<RecordedResource, "parent" | "protect" | "dependsOn">;

function keyOf({ type, name }: { readonly type: string; readonly name: string }): string {
  return `${type} ${name}`;
}

const namesOf = new WeakMap<pulumi.Resource, string>();

function placementOf({ resource, name, opts }: pulumi.ResourceTransformationArgs): Placement {
  namesOf.set(resource, name);
  const dependsOn = [opts.dependsOn].flat().flatMap((dependency) => nameOf(dependency) ?? []);
  return { parent: nameOf(opts.parent), protect: opts.protect ?? false, dependsOn };
}

function nameOf(resource: unknown): string | undefined {
  return pulumi.Resource.isInstance(resource) ? namesOf.get(resource) : undefined;
}

const NOWHERE: Placement = { parent: undefined, protect: false, dependsOn: [] };

function recorded(args: MockResourceArgs, placement: Placement | undefined): RecordedResource {
  const inputs: Record<string, unknown> = args.inputs;
  return {
    type: args.type,
    name: args.name,
    inputs: plain(inputs) as Readonly<Record<string, unknown>>,
    secretInputs: Object.keys(inputs).filter((name) => isSecret(inputs[name])),
    ...(placement ?? NOWHERE),
  };
}

/** How Pulumi marks a secret on the wire: https://www.pulumi.com/docs/concepts/secrets/ */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

function isSecret(value: unknown): value is { readonly value: unknown } {
  return (
    typeof value === "object" && value !== null && Reflect.get(value, SIGNATURE_KEY) === SECRET_SIGNATURE
  );
}

function plain(value: unknown): unknown {
  if (isSecret(value)) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

/** Rounds without anything new after which a program counts as done. */
const QUIET_ROUNDS = 5;

async function settled(count: () => number): Promise<void> {
  for (let quiet = 0, seen = count(); quiet < QUIET_ROUNDS; ) {
    await pulumi.runtime.disconnect();
    await new Promise((resolve) => setImmediate(resolve));
    quiet = count() === seen ? quiet + 1 : 0;
    seen = count();
  }
}
