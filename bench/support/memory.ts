/** Resident memory of processes, from /proc (Linux). */
import { readdirSync, readFileSync } from "node:fs";

const KILOBYTES_PER_MEGABYTE = 1024;

export interface Process {
  readonly pid: number;
  /** Of its program's file. */
  readonly name: string;
  readonly megabytes: number;
}

/** A process and all below it. */
export function processesOf(pid: number): Process[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => read(Number(name)));
  const below = (root: number): Process[] =>
    all
      .filter((one) => one.pid === root || one.parent === root)
      .flatMap((one) => (one.pid === root ? [one] : below(one.pid)));
  return below(pid);
}

/** Megabytes of a process and all below it. */
export function megabytesOf(pid: number): number {
  return processesOf(pid).reduce((sum, { megabytes }) => sum + megabytes, 0);
}

function read(pid: number): (Process & { readonly parent: number })[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1] ?? 0);
    // A process calls itself what it likes; its program is the file.
    const [program = ""] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    const name = program.split("/").at(-1) ?? "";
    return [{ pid, parent: field("PPid"), name, megabytes: field("VmRSS") / KILOBYTES_PER_MEGABYTE }];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
