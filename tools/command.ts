/** What the commands in this folder have in common. */
import { UserError } from "../local/core/errors.ts";

/** Ends the process with the exit code that a command answers; with 2, and the reason, when it cannot do its work. */
export function runCommand(main: () => Promise<number>): void {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof UserError ? error.message : String(error)}\n`);
      process.exit(2);
    },
  );
}

/** Tells what is wrong, and answers the exit code of a command that asks. */
export function report(problems: readonly string[]): number {
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return problems.length > 0 ? 1 : 0;
}
