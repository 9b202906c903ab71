/** Resident memory of processes, from /proc (Linux). */
import { readdirSync, readFileSync } from "node:fs";

const KILOBYTES_PER_MEGABYTE = 1024;

/** Megabytes of a process and all below it. */
export function megabytesOf(pid: number): number {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statusOf(Number(name)));
  const below = (root: number): number =>
    all
      .filter((one) => one.pid === root || one.parent === root)
      .reduce((sum, one) => sum + (one.pid === root ? one.megabytes : below(one.pid)), 0);
  return below(pid);
}

function statusOf(pid: number): { pid: number; parent: number; megabytes: number }[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return [{ pid, parent: field("PPid"), megabytes: field("VmRSS") / KILOBYTES_PER_MEGABYTE }];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
