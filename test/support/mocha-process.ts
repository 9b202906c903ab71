/** A process of mocha's, in a network namespace of its own where the system gives one. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { NAMESPACE_VARIABLE } from "../systems/support/loopback.ts";
import type { Outcome } from "./outcome.ts";

const NAMESPACE = ["--user", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"'];
const MOCHA = fileURLToPath(import.meta.resolve("mocha/bin/mocha.js"));

const LAST_OUTPUT_MILLISECONDS = 5_000;

const isOffline = spawnSync("unshare", [...NAMESPACE, "true"]).status === 0;

export class MochaProcess {
  exitCode = 1;
  outcome: Outcome;
  readonly #args: readonly string[];
  readonly #ended = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #wasKilled = false;
  /** What was printed before its turn; undefined from then on. */
  #held: Buffer[] | undefined = [];

  /** @param args mocha's */
  constructor(args: readonly string[]) {
    this.#args = args;
    this.outcome = { passed: 0, failed: 1, failures: [`mocha ${args.join(" ")} ended before its tests did`] };
  }

  /** Ends with the process. */
  async run(): Promise<void> {
    if (this.#wasKilled) return this.#ended.resolve();
    const child = spawnMocha(this.#args);
    this.#child = child;
    child.on("message", (part) => {
      this.outcome = { ...this.outcome, ...(part as Partial<Outcome>) };
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part) => this.#show(part));
    const closed = once(child, "close");
    const [code] = await once(child, "exit");
    this.exitCode = code ?? 1;
    // What it left behind may hold its output open.
    await Promise.race([closed, sleep(LAST_OUTPUT_MILLISECONDS, undefined, { ref: false })]);
    this.#ended.resolve();
  }

  /** Shows what was printed so far and what follows, until the process has ended. */
  print(): Promise<void> {
    process.stdout.write(Buffer.concat(this.#held ?? []));
    this.#held = undefined;
    return this.#ended.promise;
  }

  /** One that has not started never will. */
  kill(signal: NodeJS.Signals): void {
    this.#wasKilled = true;
    this.#child?.kill(signal);
  }

  #show(part: Buffer): void {
    if (this.#held) this.#held.push(part);
    else process.stdout.write(part);
  }
}

function spawnMocha(args: readonly string[]): ChildProcess {
  const mocha = [MOCHA, ...args, ...(process.stdout.isTTY ? ["--color"] : [])];
  const [command, commandArgs] = isOffline
    ? ["unshare", [...NAMESPACE, process.execPath, ...mocha]]
    : [process.execPath, mocha];
  return spawn(command, commandArgs, {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, ...(isOffline && { [NAMESPACE_VARIABLE]: "1" }) },
  });
}
