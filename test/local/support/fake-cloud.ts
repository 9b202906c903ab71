/** A cloud for the tests of one service: a clock that the test moves, neighbours that the test writes, a log to read. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceApis } from "../../../local/core/apis.ts";
import { type Clock, type Timer, wallClock } from "../../../local/core/clock.ts";
import { AwsError } from "../../../local/core/errors.ts";
import { Faults } from "../../../local/core/faults.ts";
import type { Properties, RegisteredResource, Resource } from "../../../local/core/graph.ts";
import type { LogEntry } from "../../../local/core/log.ts";
import type { Cloud, OutputsOf, Permission, Principal, World } from "../../../local/core/service.ts";

export const WORLD: World = {
  project: "shop",
  stack: "test",
  region: "eu-west-1",
  account: "000000000000",
  endpoint: "http://127.0.0.1:4000",
};

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now = Date.UTC(2026, 0, 15, 12);
  #timers: { at: number; task: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, task: () => void): Timer {
    const timer = { at: this.#now + milliseconds, task };
    this.#timers.push(timer);
    const cancel = (): void => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
    return { cancel };
  }

  /** Runs what falls due on the way, in order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const due = next;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.#now = Math.max(this.#now, due.at);
      due.task();
    }
    this.#now = end;
  }

  /** Milliseconds until each timer, the nearest first. */
  get waits(): number[] {
    return this.#timers.map(({ at }) => at - this.#now).sort((left, right) => left - right);
  }

  #next(end: number): { at: number; task: () => void } | undefined {
    const due = this.#timers.filter(({ at }) => at <= end);
    return due.sort((left, right) => left.at - right.at)[0];
  }
}

export interface FakeCloud extends Cloud {
  /** What was logged. */
  readonly entries: LogEntry[];
  /** What was asked of `authorize`. */
  readonly asked: { readonly principal: Principal; readonly permission: Permission }[];
  /** Actions that are denied to everybody. */
  readonly denied: Set<string>;
  /** Mended by the test, so that services can be added later. */
  readonly services: ServiceApis;
  /** Removes the working files. */
  remove(): void;
}

/** Neighbours of the service under test, with the methods that it calls. */
export type FakeServices = { readonly [Name in keyof ServiceApis]?: Partial<ServiceApis[Name]> };

/** Metrics are recorded by most services; a test that asks about them puts CloudWatch itself here. */
const NO_METRICS: ServiceApis["cloudwatch"] = { record: () => undefined, alarms: () => [] };

export function fakeCloud(options: {
  clock?: Clock;
  services?: FakeServices;
  dataFolder?: string;
  /** Default: a new one, removed at the end. */
  workFolder?: string;
  resources?: readonly Resource[];
}): FakeCloud {
  const own = mkdtempSync(join(tmpdir(), "fake-cloud-"));
  const workFolder = options.workFolder ?? own;
  const entries: LogEntry[] = [];
  const asked: { principal: Principal; permission: Permission }[] = [];
  const denied = new Set<string>();
  const clock = options.clock ?? wallClock;
  const log = (entry: LogEntry): void => void entries.push(entry);
  return {
    world: WORLD,
    clock,
    faults: new Faults(log, clock),
    log,
    workFolder,
    dataFolder: options.dataFolder,
    services: { cloudwatch: NO_METRICS, ...options.services } as unknown as ServiceApis,
    authorize: (principal, permissions) => {
      for (const permission of permissions) {
        asked.push({ principal, permission });
        if (denied.has(permission.action))
          throw new AwsError("AccessDeniedException", permission.action, 403);
      }
    },
    resources: () => options.resources ?? [],
    entries,
    asked,
    denied,
    remove: () => rmSync(own, { recursive: true, force: true }),
  };
}

/** A resource as a program registers it. */
export function registered(type: string, name: string, inputs: Properties = {}): RegisteredResource {
  return {
    urn: `urn:pulumi:test::shop::${type}::${name}`,
    type,
    name,
    custom: true,
    inputs,
    secretInputs: [],
    dependencies: [],
    propertyDependencies: {},
    protect: false,
  };
}

/** A resource with the outputs of its service. */
export function resource(
  table: Readonly<Record<string, OutputsOf>>,
  type: string,
  name: string,
  inputs: Properties = {},
): Resource {
  const own = registered(type, name, inputs);
  const outputsOf = table[type];
  if (!outputsOf) throw new Error(`no outputs for ${type}`);
  const computed = outputsOf(own, WORLD);
  return { ...own, id: computed.id, outputs: { ...inputs, ...computed } };
}
