/**
 * Gives packages that run in this process the time of the local cloud. They ask `Date` and set timers of their own; so
 * their modules are loaded with an import in front, which puts the ones below in the place of the global ones. Each cloud
 * has its clock: which one is meant is known from who calls.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { registerHooks } from "node:module";
import type { Clock, Timer } from "../core/clock.ts";
import { dateOn } from "../core/date.ts";

/** Of fauxqs, its cache among them, and of the interpreter of state machines. */
const MODULES = /\/node_modules\/(?:fauxqs|toad-cache|aws-local-stepfunctions)\//;

const current = new AsyncLocalStorage<Clock>();
const setRealTimer = globalThis.setTimeout;
const clearRealTimer = globalThis.clearTimeout;

/** Calls a package, which has the time of `clock` in this call and in all that it starts. */
export function onClock<Result>(clock: Clock, call: () => Result): Result {
  return current.run(clock, call);
}

const packageDate = dateOn(() => current.getStore()?.now() ?? Date.now());

function setPackageTimer(task: () => void, milliseconds: number): Timer | NodeJS.Timeout {
  const clock = current.getStore();
  return clock ? clock.after(milliseconds, AsyncLocalStorage.bind(task)) : setRealTimer(task, milliseconds);
}

function clearPackageTimer(timer: Timer | NodeJS.Timeout | undefined): void {
  if (timer && "cancel" in timer) timer.cancel();
  else clearRealTimer(timer);
}

export { clearPackageTimer as clearTimeout, packageDate as Date, setPackageTimer as setTimeout };

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (loaded.format !== "module" || !MODULES.test(url)) return loaded;
    const names = `import { Date, setTimeout, clearTimeout } from ${JSON.stringify(import.meta.url)};`;
    return { ...loaded, source: `${names}${Buffer.from(loaded.source as Uint8Array).toString("utf8")}` };
  },
});
