/** The local cloud beside serverless-offline and Architect's sandbox: start, requests a second, memory of a warm function. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../local/real-parts/free-port.ts";
import { installPeers, PEER_FUNCTIONS } from "./peers/install.ts";
import type { Benchmark, Figure } from "./support/benchmark.ts";
import { load } from "./support/load.ts";
import { megabytesOf } from "./support/memory.ts";
import { copyProgram } from "./support/program-copy.ts";
import { startProgram } from "./support/running-program.ts";
import { figureOf, median } from "./support/statistics.ts";

const STARTS = 3;
const LOADS = 4;
const LOAD_MILLISECONDS = 4_000;
const CONNECTIONS = 20;
const GIVE_UP_MILLISECONDS = 60_000;

interface Running {
  readonly pid: number;
  /** Milliseconds from the command to the first answer with status 200. */
  readonly untilAnswer: number;
  /** Of a function by number. */
  request(index: number): { url: string; method: string; headers: Record<string, string>; body: string };
  stop(): Promise<void>;
}

interface Contestant {
  readonly name: string;
  start(): Promise<Running>;
}

const BODY = JSON.stringify({ name: "Ana" });

export const peers: Benchmark = {
  title: "Peers",
  method: `A function that says hello behind POST. Here with an API key and a body checked against a schema (bench/hello), at the peers (osls 4.3.1 with serverless-offline 14.8.2, @architect/sandbox 8.0.0, default modes) without either. ${STARTS} starts each, in turn; then all run and are asked in turn, ${LOADS} times ${LOAD_MILLISECONDS / 1000} s over ${CONNECTIONS} connections. Memory: what ${PEER_FUNCTIONS.length} functions of a peer add when they have been called once, for each.`,
  async run(progress) {
    progress("installs the peers");
    const folder = await installPeers();
    const copy = copyProgram();
    cpSync(join(import.meta.dirname, "hello"), join(copy.folder, "hello"), { recursive: true });
    const contestants = [
      { name: "local cloud", start: () => startOwn(copy.folder) },
      peer("serverless-offline", join(folder, "osls"), (port, other) => [
        "osls",
        ...["offline", "--noPrependStageInUrl", "--httpPort", String(port), "--lambdaPort", String(other)],
      ]),
      peer("@architect/sandbox", join(folder, "arc"), (port) => ["sandbox", "--port", String(port)]),
    ];
    try {
      return await compare(contestants, progress);
    } finally {
      copy.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function compare(all: readonly Contestant[], progress: (line: string) => void): Promise<Figure[]> {
  const starts = all.map((): number[] => []);
  const rates = all.map((): number[] => []);
  const running: Running[] = [];
  try {
    for (let round = 1; round <= STARTS; round++) {
      for (const [index, one] of all.entries()) {
        progress(`starts ${one.name}, ${round} of ${STARTS}`);
        const started = await one.start();
        starts[index]?.push(started.untilAnswer);
        if (round === STARTS) running.push(started);
        else await started.stop();
      }
    }
    for (let round = 0; round <= LOADS; round++) {
      progress(round === 0 ? "warms up" : `asks all, ${round} of ${LOADS}`);
      for (const [index, one] of running.entries()) {
        const rate = await load({
          ...one.request(0),
          connections: CONNECTIONS,
          milliseconds: LOAD_MILLISECONDS,
        });
        if (round > 0) rates[index]?.push(rate);
      }
    }
    const own = rates[0] ?? [];
    return [
      ...all.map(({ name }, index) => figureOf(`${name}, command → first 200`, "ms", starts[index] ?? [])),
      ...all.map(({ name }, index) => figureOf(name, "requests/s", rates[index] ?? [])),
      ...all.slice(1).map(({ name }, index): Figure => {
        const value = median(own) / median(rates[index + 1] ?? []);
        return { name: `local cloud against ${name}`, unit: "×", value, target: "≥ 3" };
      }),
      ...(await memoryOf(all.slice(1), running.slice(1))),
    ];
  } finally {
    for (const one of running) await one.stop();
  }
}

async function memoryOf(all: readonly Contestant[], running: readonly Running[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [index, one] of running.entries()) {
    await sleep(2_000);
    const before = megabytesOf(one.pid);
    for (let number = 1; number < PEER_FUNCTIONS.length; number++) await ask(one.request(number));
    const value = (megabytesOf(one.pid) - before) / (PEER_FUNCTIONS.length - 1);
    figures.push({ name: `${all[index]?.name}, a warm function`, unit: "MB", value });
  }
  return figures;
}

async function startOwn(folder: string): Promise<Running> {
  const begin = performance.now();
  const { pid, ready, stop } = await startProgram(folder, "--cwd", "hello");
  const { url = "", apiKey = "" } = ready.outputs;
  const headers = { "x-api-key": apiKey, "content-type": "application/json" };
  const request = () => ({ url, method: "POST", headers, body: BODY });
  await ask(request());
  return { pid, untilAnswer: performance.now() - begin, request, stop };
}

function peer(
  name: string,
  cwd: string,
  command: (port: number, other: number) => readonly [string, ...string[]] | string[],
): Contestant {
  return {
    name,
    async start() {
      const [port, other] = [await freePort(), await freePort()];
      const [program = "", ...options] = command(port, other);
      const begin = performance.now();
      const child = spawn(join(cwd, "node_modules", ".bin", program), options, { cwd, stdio: "ignore" });
      const request = (index: number) => ({
        url: `http://localhost:${port}/hello${index}`,
        method: "POST",
        headers: { "content-type": "application/json" },
        body: BODY,
      });
      while (!(await ask(request(0)).catch(() => false))) {
        if (child.exitCode !== null || performance.now() - begin > GIVE_UP_MILLISECONDS)
          throw new Error(`${name} did not answer; exit code ${child.exitCode}`);
        await sleep(10);
      }
      return {
        pid: child.pid ?? 0,
        untilAnswer: performance.now() - begin,
        request,
        stop: () => stop(child),
      };
    },
  };
}

async function ask({ url, ...request }: ReturnType<Running["request"]>): Promise<boolean> {
  const answer = await fetch(url, request);
  await answer.arrayBuffer();
  return answer.status === 200;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  await closed;
}
