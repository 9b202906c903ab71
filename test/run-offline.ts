/**
 * `npm test`: runs the tests in several mocha processes, so many at a time as the machine has processors. What they print
 * comes one after the other, and at last one line for all. Arguments are mocha's; with files among them only these run.
 *
 * Each runs in a network namespace that has nothing but loopback, so that the end-to-end tests can tell whether anything
 * tried to reach further (test/systems/support/loopback.ts). Where the system gives no namespaces, mocha runs as usual and
 * the tests say that they cannot tell.
 */
import { availableParallelism } from "node:os";
import { MochaProcess } from "./support/mocha-process.ts";
import { closingLine, type Outcome, sumOf } from "./support/outcome.ts";

const DYNAMO_SYSTEMS = "test/systems/{appointments,records,tasks}*.test.ts";
const SYSTEMS = "test/systems/*.test.ts";
const PROGRAM = "test/{components,handlers,policies,tools}/**/*.test.ts";

/** Mocha's arguments for each process, the longest first. */
const PARTS: readonly (readonly string[])[] = [
  ["--spec", SYSTEMS, "--ignore", DYNAMO_SYSTEMS],
  ["--spec", DYNAMO_SYSTEMS],
  ["--spec", PROGRAM],
  ["--spec", "test/**/*.test.ts", "--ignore", SYSTEMS, "--ignore", PROGRAM],
];

const given = process.argv.slice(2);
const areFilesGiven = given.some((argument) => argument.startsWith("--spec") || argument.endsWith(".ts"));
const parts = areFilesGiven ? [given] : PARTS.map((part) => [...given, ...part]);
const outcome = sumOf(await run(parts.map((args) => new MochaProcess(args))));
if (parts.length > 1) repeat(outcome.failures);
process.stdout.write(closingLine(withPermissions(outcome)));

/** @returns what each came to; sets the exit code to that of the first that failed */
async function run(processes: readonly MochaProcess[]): Promise<Outcome[]> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      for (const one of processes) one.kill(signal);
    });
  const waiting = processes.values();
  const lane = async (): Promise<void> => {
    for (const one of waiting) await one.run();
  };
  const lanes = Promise.all(Array.from({ length: availableParallelism() }, lane));
  for (const one of processes) await one.print();
  await lanes;
  for (const { exitCode } of processes) process.exitCode ||= exitCode;
  return processes.map(({ outcome }) => outcome);
}

/** What failed in the first processes is far above by now, and cut off where only the end of a log is kept. */
function repeat(failures: readonly string[]): void {
  for (const [index, failure] of failures.entries())
    process.stdout.write(`Failed, ${index + 1}: ${failure}\n\n`);
}

/** Only a whole run in which all went well says what no call needs: then a permission that none needs is a failure. */
function withPermissions(outcome: Outcome): Outcome {
  const { failed, permissions } = outcome;
  if (!permissions) return outcome;
  if (given.length > 0 || failed > 0) {
    process.stdout.write("Whether each permission is needed was not judged: not all tests ran and passed.\n");
    return outcome;
  }
  const { granted, unneeded } = permissions;
  if (unneeded.length === 0) {
    process.stdout.write(`Each of ${granted} permissions is needed by a call of this run.\n`);
    return outcome;
  }
  process.stdout.write(
    `No call of this run is denied without:\n${unneeded.map((line) => `  ${line}\n`).join("")}`,
  );
  process.exitCode = 1;
  return { ...outcome, failed: 1 };
}
