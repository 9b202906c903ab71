/** `npm start`: runs a Pulumi program on this machine until it is told to stop. */
import { rmSync } from "node:fs";
import { logPrinter } from "./cli/log-printer.ts";
import { HELP, parseOptions, type StartOptions } from "./cli/options.ts";
import { describeReady } from "./cli/ready.ts";
import { wallClock } from "./core/clock.ts";
import { UserError } from "./core/errors.ts";
import { LocalCloud } from "./local-cloud.ts";

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  await run(options);
}

async function run(options: StartOptions): Promise<void> {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const log = logPrinter(options.json, wallClock.now, print);
  if (options.fresh && options.dataFolder) rmSync(options.dataFolder, { recursive: true, force: true });
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stopped.abort());
  const started = performance.now();
  const cloud = await LocalCloud.start({ ...options, log, signal: stopped.signal });
  print(describeReady(cloud, performance.now() - started, options.json));
  cloud.watch();
  await new Promise((resolve) => {
    if (stopped.signal.aborted) resolve(undefined);
    stopped.signal.addEventListener("abort", resolve, { once: true });
  });
  await cloud.stop();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const text =
      error instanceof UserError ? error.message : String(error instanceof Error ? error.stack : error);
    process.stderr.write(`${text}\n`);
    process.exit(1);
  },
);
