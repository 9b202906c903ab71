/** Some services of the local cloud behind a real endpoint, with resources that the test declares one by one. */

import type { EventInput, ServiceApis } from "../../../local/core/apis.ts";
import { wallClock } from "../../../local/core/clock.ts";
import { Faults } from "../../../local/core/faults.ts";
import type { Properties, Resource } from "../../../local/core/graph.ts";
import { accessKeyOf } from "../../../local/core/identity.ts";
import type { LogEntry } from "../../../local/core/log.ts";
import type {
  AwsCall,
  AwsReply,
  Cloud,
  Service,
  ServiceDefinition,
  World,
} from "../../../local/core/service.ts";
import { createEndpoint, type Endpoint } from "../../../local/endpoint/index.ts";
import { createPrincipals } from "../../../local/endpoint/principals.ts";
import { createAuthorizer } from "../../../local/services/iam/authorizer.ts";
import { registered } from "../../support/fake-cloud.ts";

export const REGION = "eu-west-1";
export const ACCOUNT = "000000000000";

export interface Delivered {
  readonly functionArn: string;
  readonly event: unknown;
}

/** What an SDK client needs to reach the cloud as somebody. */
export interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}

const USER_KEY = { accessKeyId: "AKIAUSER", secretAccessKey: "local-cloud-secret-access-key" };

export class DataCloud {
  readonly world: World;
  readonly log: LogEntry[] = [];
  /** Events put on buses, and asynchronous invocations. */
  readonly events: EventInput[] = [];
  readonly invocations: Delivered[] = [];
  readonly apis: ServiceApis;
  readonly #endpoint: Endpoint;
  readonly #services: readonly { readonly definition: ServiceDefinition; readonly service: Service }[];
  #resources: Resource[] = [];

  private constructor(endpoint: Endpoint, definitions: readonly ServiceDefinition[], dataFolder?: string) {
    this.#endpoint = endpoint;
    this.world = { project: "shop", stack: "test", region: REGION, account: ACCOUNT, endpoint: endpoint.url };
    const log = (entry: LogEntry): void => void this.log.push(entry);
    const resources = (): Resource[] => this.#resources;
    const apis: Record<string, unknown> = {
      cloudwatch: { record: () => undefined, alarms: () => [] },
      events: {
        put: async (event: EventInput) => {
          this.events.push(event);
          return { eventId: "1" };
        },
      },
      lambda: {
        invokeAsync: (functionArn: string, event: unknown) =>
          void this.invocations.push({ functionArn, event }),
      },
    };
    this.apis = apis as unknown as ServiceApis;
    const authorizer = createAuthorizer(resources, log);
    const cloud: Cloud = {
      world: this.world,
      clock: wallClock,
      faults: new Faults(log, wallClock),
      log,
      workFolder: "",
      dataFolder,
      services: this.apis,
      authorize: (principal, permissions) => authorizer.authorize(principal, permissions),
      resources,
    };
    this.#services = definitions.map((definition) => ({ definition, service: definition.create(cloud) }));
    for (const { definition, service } of this.#services) apis[definition.name] = service.api;
    endpoint.attach({
      services: this.#services,
      principalOf: createPrincipals(resources, ACCOUNT),
      region: REGION,
      clock: cloud.clock,
      control: async () => undefined,
    });
  }

  static async start(definitions: readonly ServiceDefinition[], dataFolder?: string): Promise<DataCloud> {
    const endpoint = await createEndpoint({ port: 0, log: () => undefined });
    const cloud = new DataCloud(endpoint, definitions, dataFolder);
    try {
      await Promise.all(cloud.#services.map(({ service }) => service.start?.()));
    } catch (error) {
      await cloud.stop();
      throw error;
    }
    return cloud;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#services.map(({ service }) => service.stop?.()));
    await this.#endpoint.close();
  }

  /** Declares a resource and makes it real; one of the same type and name is replaced by it. */
  async declare(type: string, name: string, inputs: Properties = {}): Promise<Resource> {
    const own = registered(type, name, inputs);
    const owner = this.#services.find(({ definition }) => Object.hasOwn(definition.outputs, type));
    const computed = owner?.definition.outputs[type]?.(own, this.world) ?? { id: name };
    const resource: Resource = { ...own, id: computed.id, outputs: { ...inputs, ...computed } };
    const previous = this.#resources.find(({ urn }) => urn === resource.urn);
    this.#resources = [...this.#resources.filter((other) => other !== previous), resource];
    const realizer = owner?.service.realize[type];
    if (previous && realizer?.update) await realizer.update(resource, previous);
    else {
      if (previous) await realizer?.delete?.(previous);
      await realizer?.create(resource);
    }
    return resource;
  }

  async remove(resource: Resource): Promise<void> {
    this.#resources = this.#resources.filter((other) => other !== resource);
    const owner = this.#services.find(({ definition }) => Object.hasOwn(definition.outputs, resource.type));
    await owner?.service.realize[resource.type]?.delete?.(resource);
  }

  /** Calls a service as the endpoint does, within the same turn of the event loop. */
  call(name: ServiceDefinition["name"], call: Partial<AwsCall>): Promise<AwsReply> {
    const service = this.#services.find(({ definition }) => definition.name === name)?.service;
    if (!service?.call) throw new Error(`There is no service ${name}.`);
    const principal = { kind: "user", arn: `arn:aws:iam::${ACCOUNT}:user/local` } as const;
    const [query, body] = [new URLSearchParams(), Buffer.alloc(0)];
    const nothing = {
      operation: undefined,
      method: "GET",
      path: "/",
      headers: {},
      requestId: "1",
      query,
      body,
    };
    return service.call({ ...nothing, region: REGION, principal, ...call });
  }

  /** After a deployment. */
  async ready(): Promise<void> {
    await Promise.all(this.#services.map(({ service }) => service.ready?.()));
  }

  get asUser(): ClientOptions {
    return this.#options(USER_KEY.accessKeyId);
  }

  /** A function whose role has these statements, and what its SDK clients are made with. */
  async asFunction(name: string, statements: readonly Properties[]): Promise<ClientOptions> {
    const role = `arn:aws:iam::${ACCOUNT}:role/${name}`;
    const functionArn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
    await this.declare("aws:iam/role:Role", name, { arn: role, name });
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    await this.declare("aws:iam/rolePolicy:RolePolicy", name, { role: name, policy });
    await this.declare("aws:lambda/function:Function", name, { arn: functionArn, name, role });
    return this.#options(accessKeyOf(functionArn));
  }

  #options(accessKeyId: string): ClientOptions {
    const credentials = { ...USER_KEY, accessKeyId };
    return { endpoint: this.world.endpoint, region: REGION, credentials, maxAttempts: 1 };
  }
}

/** The code of the error that a call fails with; undefined when it does not. */
export async function errorOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return (error as Error).name;
  }
}
