/**
 * State machine definitions: what cannot be run here is refused by name; what the interpreter reads differently from
 * AWS is rewritten to mean the same. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
 */
import { UserError } from "../../core/errors.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

export interface TaskState {
  readonly name: string;
  readonly resource: string;
  /** Names of the Map states around it. */
  readonly maps: readonly string[];
}

export interface Definition {
  /** Rewritten for the interpreter. */
  readonly machine: JsonObject;
  readonly tasks: readonly TaskState[];
}

/** Fields that are not supported, and what they are. */
const UNSUPPORTED_FIELDS: Readonly<Record<string, string>> = {
  Assign: "variables (Assign)",
  Credentials: "Credentials of another account",
  HeartbeatSeconds: "HeartbeatSeconds",
  HeartbeatSecondsPath: "HeartbeatSecondsPath",
  ItemBatcher: "ItemBatcher",
  ItemReader: "ItemReader of a distributed Map",
  ResultWriter: "ResultWriter of a distributed Map",
  ToleratedFailureCount: "ToleratedFailureCount",
  ToleratedFailureCountPath: "ToleratedFailureCountPath",
  ToleratedFailurePercentage: "ToleratedFailurePercentage",
  ToleratedFailurePercentagePath: "ToleratedFailurePercentagePath",
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html */
const DEFAULT_TASK_TIMEOUT_SECONDS = 99_999_999;

/**
 * Reads a definition.
 * @param longestSeconds how long an execution may take at most
 * @throws UserError naming the state and what is not supported in it
 */
export function readDefinition(machineName: string, text: string, longestSeconds?: number): Definition {
  const reader = new DefinitionReader(machineName);
  const parsed = parse(machineName, text);
  const machine = reader.scope(parsed, []);
  const limited = longestSeconds === undefined ? machine : withTimeout(machine, longestSeconds);
  return {
    machine: rewriteContextPaths(limited) as JsonObject,
    tasks: reader.tasks,
  };
}

class DefinitionReader {
  readonly tasks: TaskState[] = [];
  readonly #machineName: string;

  constructor(machineName: string) {
    this.#machineName = machineName;
  }

  /** A whole machine, a branch of a Parallel state or the processor of a Map state. */
  scope(scope: JsonObject, maps: readonly string[]): JsonObject {
    this.#refuseJsonata(scope, "its definition");
    const states = object(scope.States);
    const rewritten = Object.entries(states).map(([name, state]) => [
      name,
      this.#state(name, object(state), maps),
    ]);
    return { ...scope, States: Object.fromEntries(rewritten) };
  }

  #state(name: string, state: JsonObject, maps: readonly string[]): JsonObject {
    this.#refuseJsonata(state, `state "${name}"`);
    for (const [field, what] of Object.entries(UNSUPPORTED_FIELDS)) {
      if (state[field] !== undefined) throw this.#unsupported(`state "${name}"`, what);
    }
    const unsupportedPath = /\$\$\.(?:Task\b|State\.(?:Name|RetryCount)\b)[A-Za-z.]*/.exec(
      JSON.stringify(state),
    )?.[0];
    if (unsupportedPath) throw this.#unsupported(`state "${name}"`, `the context path ${unsupportedPath}`);
    const common = withoutRootResultPath(state);
    switch (state.Type) {
      case "Task":
        this.tasks.push({ name, resource: String(state.Resource), maps });
        return state.TimeoutSecondsPath === undefined
          ? { TimeoutSeconds: DEFAULT_TASK_TIMEOUT_SECONDS, ...common }
          : common;
      case "Pass":
        return isFalsyResult(state.Result) ? withoutResult(common, state.Result) : common;
      case "Choice":
        return { ...common, Choices: array(state.Choices).map((rule) => positive(object(rule))) };
      case "Map":
        return this.#map(name, common, [...maps, name]);
      case "Parallel":
        return {
          ...common,
          Branches: array(state.Branches).map((branch) => this.scope(object(branch), maps)),
        };
      default:
        return common;
    }
  }

  #map(name: string, state: JsonObject, maps: readonly string[]): JsonObject {
    const processor = object(state.ItemProcessor ?? state.Iterator);
    if (object(processor.ProcessorConfig).Mode === "DISTRIBUTED") {
      throw this.#unsupported(`state "${name}"`, "the DISTRIBUTED mode of Map");
    }
    const { Iterator: _, ...rest } = state;
    return { ...rest, ItemProcessor: this.scope(processor, maps) };
  }

  #refuseJsonata(scope: JsonObject, where: string): void {
    if (scope.QueryLanguage === "JSONata") throw this.#unsupported(where, "the query language JSONata");
  }

  #unsupported(where: string, what: string): UserError {
    return new UserError(
      `State machine "${this.#machineName}", ${where}: the local cloud does not support ${what}. It works on AWS.`,
    );
  }
}

function withTimeout(machine: JsonObject, longest: number): JsonObject {
  const { TimeoutSeconds } = machine;
  const own = typeof TimeoutSeconds === "number" ? TimeoutSeconds : longest;
  return { ...machine, TimeoutSeconds: Math.min(own, longest) };
}

/** `"ResultPath": "$"` is the default; the interpreter would make a member named `$` of it. */
function withoutRootResultPath(state: JsonObject): JsonObject {
  const { ResultPath, ...rest } = state;
  const own = ResultPath === "$" || ResultPath === undefined ? rest : state;
  if (!Array.isArray(own.Catch)) return own;
  return { ...own, Catch: own.Catch.map((catcher) => withoutRootResultPath(object(catcher))) };
}

function isFalsyResult(result: Json | undefined): boolean {
  return result !== undefined && !result;
}

/** The interpreter ignores results such as 0, false and null; as parameters they have the same effect. */
function withoutResult(state: JsonObject, result: Json | undefined): JsonObject {
  const { Result: _, ...rest } = state;
  return { ...rest, Parameters: result ?? null };
}

const TYPE_TESTS = ["IsPresent", "IsNull", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"];

/** The interpreter takes `IsPresent: false` for never true; `Not` with `IsPresent: true` says the same. */
function positive(rule: JsonObject): JsonObject {
  const test = TYPE_TESTS.find((name) => rule[name] === false);
  if (test !== undefined) {
    const { Next, ...expression } = rule;
    const negated = { Not: { ...expression, [test]: true } };
    return Next === undefined ? negated : { ...negated, Next };
  }
  return {
    ...rule,
    ...(rule.And === undefined ? {} : { And: array(rule.And).map((inner) => positive(object(inner))) }),
    ...(rule.Or === undefined ? {} : { Or: array(rule.Or).map((inner) => positive(object(inner))) }),
    ...(rule.Not === undefined ? {} : { Not: positive(object(rule.Not)) }),
  };
}

/** Inside Map and Parallel the interpreter has the item in the place of the execution's input; see `contextOf`. */
function rewriteContextPaths(value: Json): Json {
  if (typeof value === "string")
    return value.replaceAll(/\$\$\.Execution\.(?=(?:Input|StartTime)\b)/g, "$$$$.Started.");
  if (Array.isArray(value)) return value.map(rewriteContextPaths);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, rewriteContextPaths(member)]),
  );
}

function parse(machineName: string, text: string): JsonObject {
  try {
    return object(JSON.parse(text) as Json);
  } catch {
    throw new UserError(`The definition of state machine "${machineName}" is not valid JSON.`);
  }
}

function object(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function array(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
