/** The services of one local cloud: made, started and stopped together. */
import type { ServiceApis } from "../core/apis.ts";
import type { Cloud, Service, ServiceDefinition } from "../core/service.ts";
import { definitions } from "./index.ts";
import { settle } from "./settle.ts";

export interface RunningServices {
  readonly list: readonly { readonly definition: ServiceDefinition; readonly service: Service }[];
  /** What the services offer each other. */
  readonly apis: ServiceApis;
  /** Starts the real parts, side by side. */
  start(): Promise<void>;
  /** To be called after each deployment: event sources start. */
  ready(): Promise<void>;
  /** Removes all data that the program wrote: first event sources stop, then stores are emptied, then sources start again. */
  reset(): Promise<void>;
  /** Brings the parts that go by the wall clock to the time that the cloud's clock has been advanced to. */
  advanced(): Promise<void>;
  /** See `settle.ts`. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes every service; nothing runs yet. */
export function createServices(cloud: Cloud): RunningServices {
  const list = definitions.map((definition) => ({ definition, service: definition.create(cloud) }));
  const all = (step: "start" | "ready" | "advanced" | "stop") =>
    Promise.all(list.map(({ service }) => service[step]?.()));
  const services = list.map(({ service }) => service);
  const sources = services.filter(({ ready }) => ready !== undefined);
  const stores = services.filter(({ ready }) => ready === undefined);
  return {
    list,
    apis: Object.fromEntries(
      list.map(({ definition, service }) => [definition.name, service.api]),
    ) as unknown as ServiceApis,
    start: async () => void (await all("start")),
    ready: async () => void (await all("ready")),
    reset: async () => {
      await Promise.all(sources.map((service) => service.reset?.()));
      await Promise.all(stores.map((service) => service.reset?.()));
      await all("ready");
    },
    advanced: async () => void (await all("advanced")),
    settle: () => settle(list),
    stop: async () => void (await all("stop")),
  };
}
