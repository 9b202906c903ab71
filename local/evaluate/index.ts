/** Evaluates a Pulumi program: from its code and a stack's configuration to the graph of its resources. */
import { UserError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import type { ServiceDefinition, World } from "../core/service.ts";
import { readConfiguration } from "./configuration.ts";
import { createMonitor } from "./monitor.ts";
import { outputTable } from "./outputs.ts";
import { ERROR_WAS_LOGGED, type ProgramEnd, runProgram } from "./program.ts";
import { ProgramLog } from "./program-log.ts";
import { readProject } from "./project.ts";
import { ACCOUNT, defaultRegion, Registry, tagsOf } from "./registry.ts";

export interface EvaluateOptions {
  /** Folder of the program: that of its Pulumi.yaml, or one below. */
  readonly cwd: string;
  /** Name of the stack; `Pulumi.<stack>.yaml` may be absent. */
  readonly stack: string;
  /** Base URL of the local cloud, without a trailing slash. */
  readonly endpoint: string;
  /** The services whose resources are known. */
  readonly definitions: readonly ServiceDefinition[];
  /** Configuration that wins over the stack file's, by key or path (`project:key.member`). */
  readonly config?: Readonly<Record<string, unknown>>;
  /** The stack as it is deployed: what only its aliases lead to there keeps the id and the names that it has. Default: nothing is. */
  readonly deployed?: Graph;
  /** Whether files that have a recipe need not be there; see deploy/recipes.ts. */
  readonly takesRecipes?: boolean;
  /** Kills the program; the evaluation then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Gets each line that the program writes or logs. */
  readonly onOutput?: (line: string) => void;
}

export interface Evaluation {
  readonly graph: Graph;
  readonly world: World;
  /** What is different from a deployment by Pulumi, for the user to know. */
  readonly notices: readonly string[];
  /** Types that no service knows; their outputs are invented. */
  readonly unknownTypes: readonly { readonly type: string; readonly names: readonly string[] }[];
}

/**
 * The world as far as the stack's configuration tells it, before the program has run: what services start with.
 * @throws UserError when the project or its configuration is not valid
 */
export function configuredWorld(
  options: Pick<EvaluateOptions, "cwd" | "stack" | "endpoint" | "config">,
): World {
  const { cwd, stack, endpoint, config } = options;
  const project = readProject(cwd);
  const { values } = readConfiguration(project, stack, config);
  return {
    project: project.name,
    stack,
    endpoint,
    account: ACCOUNT,
    region: values["aws:region"] ?? defaultRegion(),
  };
}

/**
 * Runs a Pulumi Node.js program and takes its resources, all outputs known. Nothing is created.
 * @throws UserError when the project or its configuration is not valid, or the program fails
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { stack, endpoint, onOutput = () => undefined } = options;
  const project = readProject(options.cwd);
  const configuration = readConfiguration(project, stack, options.config);
  const registry = new Registry({
    project: project.name,
    stack,
    endpoint,
    table: outputTable(options.definitions),
    region: configuration.values["aws:region"],
    defaultTags: tagsOf(configuration.values["aws:defaultTags"]),
    deployed: options.deployed,
  });

  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(options.signal ? [options.signal] : [])]);
  signal.throwIfAborted();
  const log = new ProgramLog(onOutput);
  const monitor = createMonitor({
    registry,
    folder: project.programFolder,
    onFailure: (error) => failure.abort(error),
  });
  try {
    const region = registry.world.region;
    const { takesRecipes = false } = options;
    const { methods } = monitor;
    const program = { project, stack, configuration, region, methods, takesRecipes };
    const end = await runProgram({ ...program, signal, log });
    signal.throwIfAborted();
    if (end.exitCode !== 0) throw programError(end, log);
  } finally {
    monitor.close();
  }
  log.flush();
  return {
    graph: registry.graph(),
    world: registry.world,
    notices: [...configuration.notices, ...registry.notices],
    unknownTypes: registry.unknownTypes,
  };
}

/** What the program logged; what it wrote last, when it ended without logging why. */
function programError(end: ProgramEnd, log: ProgramLog): UserError {
  const logged = log.errors.map(withoutForeignFrames);
  if (end.exitCode === ERROR_WAS_LOGGED && logged.length > 0) return new UserError(logged.join("\n"));
  const how = end.signal ? `signal ${end.signal}` : `exit code ${end.exitCode}`;
  return new UserError([`The program ended with ${how}.`, ...logged, ...log.lastLines].join("\n"));
}

/** Leaves out the lines of a stack trace that are not the program's own, and the promise that a rejection carries. */
function withoutForeignFrames(message: string): string {
  return message
    .replace("<ref *1> ", "")
    .replace(/ \{\n {2}promise: Promise \{.*\}\n\}/, "")
    .split("\n")
    .filter((line) => !/^\s+at .*(node:|\/node_modules\/)/.test(line))
    .join("\n");
}
