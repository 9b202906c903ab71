/**
 * `npm test`: runs mocha in a network namespace that has nothing but loopback, so that the end-to-end tests can tell
 * whether anything tried to reach further (test/systems/support/loopback.ts). Where the system gives no namespaces, mocha
 * runs as usual and the tests say that they cannot tell.
 *
 * The end-to-end tests leave a part of a small machine idle, so all others run beside them, in a process and a namespace of
 * their own and with a lower priority: end-to-end tests have functions that run out of time. What the two print comes one
 * after the other, and at last one line for both. Arguments are mocha's; with files among them only these run.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { getPriority, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { closingLine, type Outcome } from "./support/outcome.ts";
import { NAMESPACE_VARIABLE } from "./systems/support/loopback.ts";

const NAMESPACE = ["--user", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"'];
const MOCHA = fileURLToPath(import.meta.resolve("mocha/bin/mocha.js"));
const ALL = "test/**/*.test.ts";
const END_TO_END = "test/systems/*.test.ts";
const MOST_NICE = 19;
const LAST_OUTPUT_MILLISECONDS = 5_000;

interface Part {
  readonly args: readonly string[];
  /** By how much it has to stand back. */
  readonly nice: number;
}

interface Run {
  readonly process: ChildProcess;
  /** Shows what was printed so far, and from now on all that follows. */
  show(): void;
  /** Undefined when it ended before it had one. */
  readonly outcome: Promise<{ readonly exitCode: number; readonly outcome: Outcome | undefined }>;
}

const isOffline = spawnSync("unshare", [...NAMESPACE, "true"]).status === 0;

function start({ args, nice }: Part): Run {
  const mocha = [MOCHA, ...args, ...(process.stdout.isTTY ? ["--color"] : [])];
  const [command, commandArgs] = isOffline
    ? ["unshare", [...NAMESPACE, process.execPath, ...mocha]]
    : [process.execPath, mocha];
  const child = spawn(command, commandArgs, {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, ...(isOffline && { [NAMESPACE_VARIABLE]: "1" }) },
  });
  if (child.pid !== undefined) setPriority(child.pid, Math.min(getPriority() + nice, MOST_NICE));
  let held: Buffer[] | undefined = [];
  const print = (part: Buffer): void => {
    if (held) held.push(part);
    else process.stdout.write(part);
  };
  child.stdout?.on("data", print);
  child.stderr?.on("data", print);
  const show = (): void => {
    process.stdout.write(Buffer.concat(held ?? []));
    held = undefined;
  };
  let outcome: Outcome | undefined;
  child.on("message", (message) => {
    outcome = message as Outcome;
  });
  const ended = Promise.withResolvers<Awaited<Run["outcome"]>>();
  child.once("error", ended.reject);
  child.once("exit", (code) => {
    const end = (): void => ended.resolve({ exitCode: code === null || !outcome ? 1 : code, outcome });
    child.once("close", end);
    // What it left behind may hold its output open.
    setTimeout(end, LAST_OUTPUT_MILLISECONDS);
  });
  return { process: child, show, outcome: ended.promise };
}

const given = process.argv.slice(2);
const areFilesGiven = given.some((argument) => argument.startsWith("--spec") || argument.endsWith(".ts"));
const parts: readonly Part[] = areFilesGiven
  ? [{ args: given, nice: 0 }]
  : [
      { args: [...given, "--spec", ALL, "--ignore", END_TO_END], nice: 5 },
      { args: [...given, "--spec", END_TO_END], nice: 0 },
    ];
const runs = parts.map(start);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    for (const run of runs) run.process.kill(signal);
  });

const total = { passed: 0, failed: 0 };
for (const run of runs) {
  run.show();
  const { exitCode, outcome } = await run.outcome;
  process.exitCode ||= exitCode;
  if (!outcome) process.stdout.write("mocha ended before it had a result.\n");
  total.passed += outcome?.passed ?? 0;
  // What never ran did not pass.
  total.failed += outcome?.failed ?? 1;
}
process.stdout.write(closingLine(total));
process.exit();
