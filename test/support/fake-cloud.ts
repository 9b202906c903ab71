/** A cloud around one service under test: a clock that is moved by hand, a log to look into, other services as fakes. */
import type { ServiceApis } from "../../local/core/apis.ts";
import type { Clock, Timer } from "../../local/core/clock.ts";
import { AwsError } from "../../local/core/errors.ts";
import { Faults } from "../../local/core/faults.ts";
import type { Properties, RegisteredResource, Resource } from "../../local/core/graph.ts";
import type { LogEntry } from "../../local/core/log.ts";
import type {
  Cloud,
  Permission,
  Principal,
  Service,
  ServiceDefinition,
  World,
} from "../../local/core/service.ts";
import { createEndpoint, type Endpoint } from "../../local/endpoint/index.ts";
import { createPrincipals } from "../../local/endpoint/principals.ts";

export const REGION = "eu-west-1";
export const ACCOUNT = "000000000000";
export const WORLD: World = {
  project: "test",
  stack: "dev",
  region: REGION,
  account: ACCOUNT,
  endpoint: "http://127.0.0.1:9",
};

interface Pending {
  readonly at: number;
  readonly task: () => void;
}

/** Time stands still until it is moved. */
export class ManualClock implements Clock {
  #now: number;
  readonly #pending = new Set<Pending>();

  /** @param start ISO time */
  constructor(start = "2026-01-15T12:00:00.000Z") {
    this.#now = Date.parse(start);
  }

  get offset(): number {
    return this.#now - Date.now();
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, task: () => void): Timer {
    const pending = { at: this.#now + milliseconds, task };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  elapse(milliseconds: number, task: () => void): Timer {
    return this.after(milliseconds, task);
  }

  /** Number of timers that wait. */
  get waiting(): number {
    return this.#pending.size;
  }

  /** Milliseconds until each timer, the nearest first. */
  get waits(): number[] {
    return [...this.#pending].map(({ at }) => at - this.#now).sort((left, right) => left - right);
  }

  /** Moves the time on and runs what becomes due, in order. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      await settle();
      const [next] = [...this.#pending].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#pending.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets promises that are ready run on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export interface FakeCloud extends Cloud {
  readonly clock: ManualClock;
  readonly entries: LogEntry[];
  /** Every permission that was asked for, with the principal's ARN. */
  readonly asked: { readonly principal: string; readonly permission: Permission }[];
  /** Actions that are denied to everybody. */
  readonly denied: Set<string>;
}

/** Neighbours of the service under test, with the methods that it calls. */
export type FakeServices = { readonly [Name in keyof ServiceApis]?: Partial<ServiceApis[Name]> };

export interface FakeCloudOptions {
  readonly clock?: ManualClock;
  readonly services?: FakeServices;
  readonly endpoint?: string;
  readonly dataFolder?: string;
  readonly resources?: () => readonly Resource[];
  /** Throws to deny. */
  readonly authorize?: (principal: Principal, permissions: readonly Permission[]) => void;
}

/** Metrics are recorded by most services; a test that asks about them puts CloudWatch itself here. */
const NO_METRICS: ServiceApis["cloudwatch"] = { record: () => undefined, alarms: () => [] };

export function fakeCloud(options: FakeCloudOptions = {}): FakeCloud {
  const entries: LogEntry[] = [];
  const asked: FakeCloud["asked"] = [];
  const denied = new Set<string>();
  const {
    clock = new ManualClock("2026-11-22T10:00:00.000Z"),
    endpoint = WORLD.endpoint,
    dataFolder,
    resources = () => [],
    authorize,
    services = {},
  } = options;
  const log = (entry: LogEntry): void => void entries.push(entry);
  return {
    world: { ...WORLD, endpoint },
    clock,
    faults: new Faults(log, clock),
    log,
    entries,
    asked,
    denied,
    workFolder: "/nonexistent",
    dataFolder,
    services: { cloudwatch: NO_METRICS, ...services } as unknown as ServiceApis,
    authorize: (principal, permissions) => {
      asked.push(...permissions.map((permission) => ({ principal: principal.arn, permission })));
      const refused = permissions.find(({ action }) => denied.has(action));
      if (refused) throw new AwsError("AccessDeniedException", refused.action, 403);
      authorize?.(principal, permissions);
    },
    resources,
  };
}

/** A resource as a program registers it. */
export function registered(
  type: string,
  name: string,
  inputs: Properties = {},
  parent?: string,
): RegisteredResource {
  return {
    urn: `urn:pulumi:dev::test::${type}::${name}`,
    type,
    name,
    custom: true,
    inputs,
    secretInputs: [],
    dependencies: [],
    propertyDependencies: {},
    protect: false,
    ...(parent === undefined ? {} : { parent }),
  };
}

/** A resource with the outputs that its service computes. */
export function resourceOf(
  { outputs }: Pick<ServiceDefinition, "outputs">,
  type: string,
  name: string,
  inputs: Properties = {},
  parent?: string,
): Resource {
  const own = registered(type, name, inputs, parent);
  const outputsOf = outputs[type];
  if (!outputsOf) throw new Error(`There are no outputs for ${type}.`);
  const { id, ...computed } = outputsOf(own, WORLD);
  return { ...own, id, outputs: { ...inputs, ...computed } };
}

export interface ServedService {
  readonly definition: ServiceDefinition;
  readonly service: Service;
}

/** An endpoint on a free port that serves these services. */
export async function serve(
  services: readonly ServedService[],
  cloud: FakeCloud,
  maxBodyBytes?: number,
): Promise<Endpoint> {
  const limit = maxBodyBytes === undefined ? {} : { maxBodyBytes };
  const endpoint = await createEndpoint({ port: 0, log: cloud.log, ...limit });
  endpoint.attach({
    services,
    principalOf: createPrincipals(() => cloud.resources(), ACCOUNT),
    region: REGION,
    control: async (request, response) => void response.end(`control ${request.url}`),
  });
  return endpoint;
}

/** Settings that let an SDK client call the endpoint. */
export function clientSettings(
  endpoint: Endpoint,
  accessKeyId = "AKIALOCALTEST",
): {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: number;
} {
  const credentials = { accessKeyId, secretAccessKey: "local" };
  return { endpoint: endpoint.url, region: REGION, credentials, maxAttempts: 1 };
}
