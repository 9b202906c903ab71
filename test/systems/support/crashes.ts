/** Makes functions die at every point that matters: before and after each AWS call that they make. */
import { expect } from "chai";
import { resourcesOf } from "../../../local/core/graph.ts";
import type { LocalCloud } from "../../../local/local-cloud.ts";

export const CRASHES = ["crash-before", "crash-after"] as const;
export type Crash = (typeof CRASHES)[number];

/** The name of the function of a component. */
export function functionNamed(cloud: LocalCloud, component: string): string {
  const functions = resourcesOf(cloud.graph, "aws:lambda/function:Function");
  const found = functions.find(({ name }) => name === `${component}-function`);
  if (!found) throw new Error(`There is no function of ${component}`);
  return String(found.outputs.name);
}

/** More AWS calls than any function makes here. */
const MOST_CALLS = 40;

/** How many AWS calls one invocation of a function makes at most, from a cold start, while `act` lets it run. */
export async function callsOf(
  cloud: LocalCloud,
  functionName: string,
  act: () => Promise<unknown>,
): Promise<number> {
  const { faults, services } = cloud.cloud;
  await services.lambda.killEnvironments(functionName);
  const probes = Array.from({ length: MOST_CALLS }, (_, index) => {
    const target = { call: "*", caller: functionName, number: index + 1 };
    return faults.add({ target, effect: { action: "add-delay", milliseconds: 0 } });
  });
  let calls = 0;
  try {
    await act();
  } finally {
    const matched = probes.map(({ id }) => faults.remove(id)?.matched ?? 0);
    calls = matched.filter((count) => count > 0).length;
  }
  expect(calls, `AWS calls of ${functionName}`).to.be.within(1, MOST_CALLS - 1);
  return calls;
}

const MOST_ROUNDS = 10;

/** Deaths over one message: fewer than the deliveries after which a queue parks it. */
const MOST_DEATHS = 4;

/** Lets the functions die once at each of their calls while `act` runs; `act` is repeated until all of them have. */
export async function dyingAtEachCall(
  cloud: LocalCloud,
  crash: Crash,
  calls: ReadonlyMap<string, number>,
  act: () => Promise<unknown>,
): Promise<void> {
  const most = Math.max(...calls.values());
  for (let first = 1; first <= most; first += MOST_DEATHS) {
    const targets = [...calls].flatMap(([caller, count]) =>
      Array.from({ length: Math.max(0, Math.min(MOST_DEATHS, count - first + 1)) }, (_, index) => ({
        call: "*",
        caller,
        number: first + index,
      })),
    );
    await dyingAt(cloud, crash, targets, act);
  }
}

async function dyingAt(
  cloud: LocalCloud,
  crash: Crash,
  targets: readonly { readonly call: string; readonly caller: string; readonly number: number }[],
  act: () => Promise<unknown>,
): Promise<void> {
  const { faults } = cloud.cloud;
  const set = targets.map((target) => faults.add({ target, effect: { action: crash }, times: 1 }));
  const isWaiting = ({ id, applied }: { id: string; applied: number }) =>
    applied === 0 && set.some((one) => one.id === id);
  try {
    for (let round = 1; round <= MOST_ROUNDS && faults.list().some(isWaiting); round++) await act();
    const missed = faults.list().filter(isWaiting);
    expect(
      missed.map(({ target }) => target),
      "calls that nothing died at",
    ).to.deep.equal([]);
  } finally {
    for (const { id } of set) faults.remove(id);
  }
}
