/** The command line of `npm start`: runs a Pulumi program on this machine until it is told to stop. */
import { rmSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { wallClock } from "../core/clock.ts";
import { UserError } from "../core/errors.ts";
import { giveMemoryBack } from "../core/give-memory-back.ts";
import { LocalCloud } from "../local-cloud.ts";
import { LineWriter } from "./line-writer.ts";
import { logPrinter } from "./log-printer.ts";
import { HELP, parseOptions, type StartOptions } from "./options.ts";
import { describeReady } from "./ready.ts";

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  await run(options);
}

async function run(options: StartOptions): Promise<void> {
  const output = new LineWriter((text) => process.stdout.write(text));
  process.once("exit", () => output.flush());
  const { print } = output;
  const printed = logPrinter(options.json, () => wallClock.now(), print);
  let cloud: LocalCloud | undefined;
  // What functions call while they are deployed (migrations above all) interests machines at most; denials are warnings.
  const log: typeof printed = (entry) => {
    const isHidden = entry.kind === "call" && (!cloud || cloud.isDeployment(entry.trace));
    if (options.json || !isHidden) printed(entry);
  };
  if (options.fresh && options.dataFolder) rmSync(options.dataFolder, { recursive: true, force: true });
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stopped.abort());
  const started = performance.now();
  cloud = await LocalCloud.start({ ...options, log, signal: stopped.signal });
  print(describeReady(cloud, performance.now() - started, options.json));
  Promise.all([cloud.watch(), cloud.deployed()]).then(giveMemoryBack, () => undefined);
  // Not left to the end of the process, which may be killed.
  flushCompileCache();
  await new Promise((resolve) => {
    if (stopped.signal.aborted) resolve(undefined);
    stopped.signal.addEventListener("abort", resolve, { once: true });
  });
  await cloud.stop();
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    const text =
      error instanceof UserError ? error.message : String(error instanceof Error ? error.stack : error);
    process.stderr.write(`${text}\n`);
    process.exit(1);
  },
);
