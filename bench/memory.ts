/** Memory of an idle program: the Node.js processes, and the JVM of DynamoDB Local apart. */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark } from "./support/benchmark.ts";
import { copyProgram } from "./support/program-copy.ts";
import { startProgram } from "./support/running-program.ts";

/** Until what the start left behind is collected, and databases that nobody uses have ended. */
const IDLE_MILLISECONDS = 60_000;
const KILOBYTES_PER_MEGABYTE = 1024;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly megabytes: number;
}

export const memory: Benchmark = {
  title: "Memory",
  method: `Resident memory, read from /proc (Linux), of the process and all below it, ${IDLE_MILLISECONDS / 1000} s after Ready without a request.`,
  async run(progress) {
    const copy = copyProgram();
    try {
      const program = await startProgram(copy.folder);
      try {
        progress(`waits ${IDLE_MILLISECONDS / 1000} s`);
        await sleep(IDLE_MILLISECONDS);
        const all = familyOf(program.pid, processes());
        const total = (isOf: (name: string) => boolean) =>
          all.filter(({ name }) => isOf(name)).reduce((sum, { megabytes }) => sum + megabytes, 0);
        return [
          { name: "Node.js", unit: "MB", value: total((name) => name === "node"), target: "≤ 400" },
          { name: "JVM of DynamoDB Local", unit: "MB", value: total((name) => name === "java") },
          {
            name: "others (esbuild)",
            unit: "MB",
            value: total((name) => name !== "node" && name !== "java"),
          },
        ];
      } finally {
        await program.stop();
      }
    } finally {
      copy.remove();
    }
  },
};

function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return read(Number(pid));
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

function read(pid: number): Process {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1] ?? "";
  // A process calls itself what it likes; its program is the file.
  const [program = ""] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  return {
    pid,
    parent: Number(field("PPid")),
    name: program.split("/").at(-1) ?? "",
    megabytes: Number(field("VmRSS")) / KILOBYTES_PER_MEGABYTE,
  };
}

function familyOf(pid: number, all: readonly Process[]): Process[] {
  const own = all.filter((one) => one.pid === pid);
  const children = all.filter(({ parent }) => parent === pid);
  return [...own, ...children.flatMap((child) => familyOf(child.pid, all))];
}
