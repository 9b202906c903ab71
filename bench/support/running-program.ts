/** A program that runs in the local cloud, in a process of its own as with `npm start`. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The last line that `npm start -- --json` prints when it is ready. */
export interface Ready {
  readonly milliseconds: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly resources: number;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface RunningProgram {
  readonly pid: number;
  readonly ready: Ready;
  /** Milliseconds from the start of the process to the line. */
  readonly untilReady: number;
  stop(): Promise<void>;
}

/** @throws Error with what it printed, when it ends before it is ready */
export async function startProgram(folder: string, ...options: readonly string[]): Promise<RunningProgram> {
  const begin = performance.now();
  const child = spawn(process.execPath, [join("local", "cli.ts"), "--port", "0", "--json", ...options], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ready = await new Promise<Ready>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line);
      if (entry.kind !== "ready") return;
      // From now on its log is thrown away: who measures has other things to do on the same machine.
      lines.close();
      child.stdout.resume();
      resolve(entry);
    });
    child.once("close", (code) => reject(new Error(`The program ended with exit code ${code}:\n${errors}`)));
  });
  const untilReady = performance.now() - begin;
  return { pid: child.pid ?? 0, ready, untilReady, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  await closed;
}
