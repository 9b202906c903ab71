/** Cold start of every function of this program, against a bare Node.js handler. */
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type AwsStub, agreeingDynamo, startAwsStub } from "./functions/aws-stub.ts";
import { type DeployedFunction, deployedProgram } from "./functions/deployed.ts";
import { firstEventOf, STORED } from "./functions/first-events.ts";
import { runFunction } from "./functions/run-function.ts";
import type { Benchmark, Figure } from "./support/benchmark.ts";
import { figureOf, median } from "./support/statistics.ts";

const ROOT = resolve(import.meta.dirname, "..");
const RUNS = 9;
/** Asks nobody anything. */
const WITHOUT_CALLS = "users-add-claims";
/** A bare handler starts after so many functions, so that both see the same load of the machine. */
const FUNCTIONS_PER_BARE = 3;

const BARE: DeployedFunction = {
  name: "bare handler",
  bundle: join(import.meta.dirname, "cold", "bare-handler.mjs"),
  variables: {},
};

interface Invocation {
  /** Milliseconds from the start of the process until its module was loaded, and until it had answered. */
  readonly ready: number;
  readonly end: number;
  /** Milliseconds that processors worked for it: hardly more on a machine that does other things, too. */
  readonly cpu: number;
  readonly result: unknown;
  readonly loadsUndici: boolean;
}

export const cold: Benchmark = {
  title: "Cold start",
  method: `A new Node.js process loads the deployed bundle and answers its first event, against a stand-in of AWS on the loopback interface; from the start of the process. ${RUNS} rounds over all functions after one that is not counted, with a bare handler (\`async () => ({ statusCode: 200 })\`) after every ${FUNCTIONS_PER_BARE}; multiples of its median in the same round.`,
  async run(progress) {
    const stub = await startAwsStub(agreeingDynamo(STORED));
    try {
      const { functions } = await deployedProgram(ROOT, stub.url);
      const measured = new Map<DeployedFunction, Measured>(
        functions.map((one) => [one, { multiples: [], cpuMultiples: [], loadsUndici: false }]),
      );
      const references: number[] = [];
      for (let round = 0; round <= RUNS; round++) {
        progress(round === 0 ? "a round that is not counted" : `round ${round} of ${RUNS}`);
        const { bare, others } = await startEach(functions, stub);
        if (round === 0) continue;
        references.push(bare.end);
        for (const [one, { end, cpu, loadsUndici }] of others) {
          const known = measured.get(one);
          known?.multiples.push(end / bare.end);
          known?.cpuMultiples.push(cpu / bare.cpu);
          if (known) known.loadsUndici = loadsUndici;
        }
      }
      return figuresOf(measured, references);
    } finally {
      stub.close();
    }
  },
};

interface Measured {
  readonly multiples: number[];
  readonly cpuMultiples: number[];
  loadsUndici: boolean;
}

/** Starts every function once, and bare handlers in between. */
async function startEach(functions: readonly DeployedFunction[], stub: AwsStub) {
  const bare: Invocation[] = [];
  const others = new Map<DeployedFunction, Invocation>();
  for (const [index, one] of functions.entries()) {
    if (index % FUNCTIONS_PER_BARE === 0) bare.push(await startOnce(BARE, {}, stub));
    others.set(one, await startAndCheck(one, stub));
  }
  const of = (what: "end" | "cpu") => median(bare.map((one) => one[what]));
  return { bare: { end: of("end"), cpu: of("cpu") }, others };
}

/** @throws Error when the function did not do its work, so that its time would say nothing */
async function startAndCheck(one: DeployedFunction, stub: AwsStub): Promise<Invocation> {
  stub.takeCalls();
  const invocation = await startOnce(one, firstEventOf(one), stub);
  const {
    failed,
    statusCode = 200,
    batchItemFailures = [],
  } = (invocation.result ?? {}) as {
    readonly failed?: string;
    readonly statusCode?: number;
    readonly batchItemFailures?: readonly unknown[];
  };
  const isBroken = failed !== undefined || statusCode >= 500 || batchItemFailures.length > 0;
  const isIdle = stub.takeCalls().length === 0 && one.name !== WITHOUT_CALLS;
  if (isBroken || isIdle) throw new Error(`${one.name} did not work: ${JSON.stringify(invocation.result)}`);
  return invocation;
}

function startOnce(one: DeployedFunction, event: unknown, stub: AwsStub): Promise<Invocation> {
  return runFunction({ one, program: "cold/first-invocation.mjs", argument: event, endpoint: stub.url });
}

function figuresOf(measured: ReadonlyMap<DeployedFunction, Measured>, bare: readonly number[]): Figure[] {
  const rows = [...measured].map(([one, { multiples, loadsUndici }]) => {
    const about = [`${Math.round(statSync(one.bundle).size / 1024)} KB`, ...(loadsUndici ? ["undici"] : [])];
    return figureOf(`${one.name} (${about.join(", ")})`, "×", multiples, "≤ 3.6");
  });
  rows.sort((left, right) => right.value - left.value);
  const medians = rows.map(({ value }) => value);
  const ofProcessors = [...measured.values()].map(({ cpuMultiples }) => median(cpuMultiples));
  return [
    figureOf("median over all functions", "×", medians, "≤ 3.0"),
    figureOf("processor time, median over all functions", "×", ofProcessors),
    figureOf("bare handler", "ms", bare),
    ...rows,
  ];
}
