/** Runs a Pulumi program as Pulumi's Node.js language host does, against a resource monitor of ours. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { devNull } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { UserError } from "../core/errors.ts";
import type { Configuration } from "./configuration.ts";
import type { Monitor } from "./monitor.ts";
import type { ProgramLog } from "./program-log.ts";
import type { Project } from "./project.ts";

export interface ProgramOptions {
  readonly project: Project;
  readonly stack: string;
  readonly configuration: Configuration;
  readonly region: string;
  /** What the program calls. */
  readonly methods: Monitor["methods"];
  /** Whether files that have a recipe need not be there; see deploy/recipes.ts. */
  readonly takesRecipes: boolean;
  /** Kills the program. */
  readonly signal: AbortSignal;
  readonly log: ProgramLog;
}

export interface ProgramEnd {
  /** Null when a signal ended the program. */
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** In one word with its option: the SDK takes a `--require` that stands alone for the program's own loader. */
const required = (name: string): string => `--require=${join(import.meta.dirname, name)}`;

/** How the SDK ends a program whose error it has logged. */
export const ERROR_WAS_LOGGED = 32;

/** The SDK wants to know the monitor's address, which nothing is sent to; see monitor-client.cjs. */
const MONITOR = "parent-process";

/** https://grpc.io/docs/guides/status-codes/ */
const INVALID_ARGUMENT = 3;
const UNIMPLEMENTED = 12;

/** A program loads thousands of modules in a moment; with room for what they allocate V8 need not collect meanwhile. */
const YOUNG_GENERATION = ["--min-semi-space-size=64", "--max-semi-space-size=64"];

/**
 * Runs the program to its end.
 * @throws UserError when the program's folder has no `@pulumi/pulumi`
 */
export async function runProgram(options: ProgramOptions): Promise<ProgramEnd> {
  const { project, signal, log } = options;
  const child = spawn(process.execPath, programArguments(options), {
    cwd: project.programFolder,
    env: environment(options),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "advanced",
  });
  answerCalls(child, options.methods);
  const kill = (): void => void child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  if (signal.aborted) kill();
  followLines(child.stdout, (line) => log.output(line));
  followLines(child.stderr, (line) => log.errorOutput(line));
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exitCode, killedBy) => resolve({ exitCode, signal: killedBy }));
    });
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

function followLines(stream: Readable | null, take: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on("line", take);
}

/** See monitor-client.cjs. */
interface Call {
  readonly id: number;
  readonly method: string;
  readonly request: Uint8Array;
}

/** Answers the SDK's calls. An error reaches the program as the text of its message. */
function answerCalls(child: ChildProcess, methods: Monitor["methods"]): void {
  const reply = (answer: object): void => {
    // A program that has ended waits for nothing.
    if (child.connected) child.send(answer, () => undefined);
  };
  child.on("message", ({ id, method, request }: Call) => {
    const answer = methods[method];
    if (!answer) return reply({ id, code: UNIMPLEMENTED, details: `${method} is not supported` });
    answer(request).then(
      (response) => reply({ id, response }),
      (error: Error) => reply({ id, code: INVALID_ARGUMENT, details: error.message }),
    );
  });
}

/** The command line that pulumi-language-nodejs makes, without an engine; see program-log.ts. */
function programArguments({ project, stack }: ProgramOptions): string[] {
  return [
    ...YOUNG_GENERATION,
    required("monitor-client.cjs"),
    ...(process.env.PULUMI_DEBUG_PROMISE_LEAKS ? [] : [required("lighter-sdk.cjs")]),
    ...project.nodeArguments,
    languageHost(project.programFolder),
    "--monitor",
    MONITOR,
    "--organization",
    "organization",
    "--project",
    project.name,
    "--root-directory",
    project.root,
    "--stack",
    stack,
    "--pwd",
    project.programFolder,
    project.entryPoint,
  ];
}

function languageHost(folder: string): string {
  try {
    return createRequire(join(folder, "index.js")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    throw new UserError(
      `@pulumi/pulumi is not installed for the program in ${folder}; run npm install there.`,
    );
  }
}

/** Nothing of the user's AWS or Pulumi account reaches the program. */
function environment({ project, configuration, region, takesRecipes }: ProgramOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^AWS_|^PULUMI_(ACCESS_TOKEN|CONFIG|BACKEND)/.test(name),
  );
  return {
    NODE_COMPILE_CACHE: join(project.root, ".local", "compile-cache"),
    ...Object.fromEntries(inherited),
    ...(takesRecipes && { TAKES_BUILD_RECIPES: "1" }),
    AWS_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    PULUMI_CONFIG: JSON.stringify(inOldForm(configuration.values)),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(configuration.secretKeys),
    PULUMI_NODEJS_TYPESCRIPT: String(project.typescript),
    ...(project.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: project.tsconfig }),
  };
}

/** Keys as SDKs of all ages read them: `<namespace>:config:<name>`. */
function inOldForm(values: Configuration["values"]): Configuration["values"] {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key.replace(":", ":config:"), value]),
  );
}
