/** A child process that never outlives this one, however this one ends. */
import { type ChildProcess, spawn } from "node:child_process";

/** How a child process ended. */
export interface ProcessEnd {
  /** Exit code; 127 when the command was not found. */
  readonly code: number | null;
  /** The last of what it wrote to its output and error streams. */
  readonly output: string;
}

/**
 * Runs beside the child, in a shell of its own. A line on its standard input is the name of a signal for the child; the
 * end of its standard input, which comes when our process is gone for whatever reason, kills the child.
 */
const GUARD = `
exec 3<&0
"$@" 3<&- </dev/null &
child=$!
{ while read -r signal; do kill -"$signal" "$child" 2>/dev/null; done; kill -KILL "$child" 2>/dev/null; } <&3 >/dev/null 2>&1 &
guard=$!
exec 3<&-
wait "$child"
code=$?
kill "$guard" 2>/dev/null
exit "$code"
`;

const OUTPUT_LIMIT = 8_000;
const TERMINATION_GRACE_MILLISECONDS = 2_000;

export class GuardedProcess {
  /** Resolves when the process has ended. */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  #output = "";

  /** Starts a command (POSIX only). It stands in a process group of its own, so that Ctrl-C reaches only us. */
  constructor(command: string, args: readonly string[], cwd: string) {
    this.#child = spawn("/bin/sh", ["-c", GUARD, "sh", command, ...args], {
      cwd,
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_LIMIT);
      });
    }
    this.#child.stdin?.on("error", () => undefined);
    this.ended = new Promise((resolve) => {
      this.#child.once("error", (error) => resolve({ code: null, output: error.message }));
      this.#child.once("close", (code) => resolve({ code, output: this.#output }));
    });
  }

  /** Ends the process at once, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.stdin?.end();
    await this.ended;
  }

  /** Lets the process end by itself for two seconds, then kills it. */
  async terminate(): Promise<void> {
    this.#child.stdin?.write("TERM\n");
    const force = setTimeout(() => this.#child.stdin?.end(), TERMINATION_GRACE_MILLISECONDS);
    await this.ended;
    clearTimeout(force);
  }
}
