/** API Gateway on a port of its own, with functions, queues and a clock that the test holds. */

import { createServer, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { PublicKey } from "../../../local/core/apis.ts";
import { Faults } from "../../../local/core/faults.ts";
import type { Properties, Resource } from "../../../local/core/graph.ts";
import type { LogEntry } from "../../../local/core/log.ts";
import type { Cloud, Permission, Principal, Service } from "../../../local/core/service.ts";
import { apigateway } from "../../../local/services/apigateway/index.ts";
import { ManualClock, resourceOf, WORLD } from "../../support/fake-cloud.ts";

export { ManualClock, WORLD } from "../../support/fake-cloud.ts";

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** The body, parsed. */
  readonly json: Record<string, unknown>;
}

export interface SendOptions {
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
}

type Handler = (event: never) => unknown;

/** A function that fails: what the local Lambda answers for it. */
export class FunctionError {
  readonly payload: string;
  constructor(errorMessage: string) {
    this.payload = JSON.stringify({ errorType: "Error", errorMessage, trace: [] });
  }
}

export class GatewayFixture {
  readonly clock = new ManualClock();
  readonly log: LogEntry[] = [];
  readonly logLines: { readonly group: string; readonly line: string }[] = [];
  readonly messages: { readonly queueArn: string; readonly body: string; readonly options: unknown }[] = [];
  readonly asked: { readonly principal: Principal; readonly permission: Permission }[] = [];
  readonly sources: string[] = [];
  readonly metrics: { readonly metric: string; readonly dimensions: object; readonly value: number }[] = [];
  readonly events: { readonly event: unknown; readonly bus: string }[] = [];
  /** Public keys of user pools by issuer. */
  readonly keys = new Map<string, readonly PublicKey[]>();
  /** Until then no environment takes an event. */
  free: Promise<void> = Promise.resolve();
  /** Throws for what the test denies. */
  deny: (principal: Principal, permission: Permission) => void = () => {};
  readonly service: Service;
  readonly resources: Resource[] = [];
  readonly #functions = new Map<string, Handler>();
  readonly #server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    void this.service.request?.(request, response);
  });

  constructor() {
    this.service = apigateway.create(this.#cloud());
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Gives a function a handler. Its answer, or a promise of it, is the payload; a thrown error is what Lambda throws. */
  handle(name: string, handler: Handler): string {
    const arn = `arn:aws:lambda:eu-west-1:000000000000:function:${name}`;
    this.#functions.set(arn, handler);
    return arn;
  }

  /** Registers and realizes a resource of API Gateway, such as `Stage` or, of an HTTP API, `v2/Stage`. */
  async put(type: string, name: string, inputs: Properties): Promise<Resource> {
    const resource = gatewayResource(type, name, inputs);
    const index = this.resources.findIndex(({ urn }) => urn === resource.urn);
    const previous = this.resources[index];
    const realizer = this.service.realize[resource.type];
    if (previous && realizer?.update) await realizer.update(resource, previous);
    else {
      if (previous) await realizer?.delete?.(previous);
      await realizer?.create(resource);
    }
    if (previous) this.resources[index] = resource;
    else this.resources.push(resource);
    return resource;
  }

  /** Deploys an OpenAPI document as stage `dev`; returns the base path of its URLs. */
  async deploy(document: object, inputs: Properties = {}, stage: Properties = {}): Promise<string> {
    const api = await this.put("RestApi", "shop", {
      name: "shop",
      body: JSON.stringify(document),
      ...inputs,
    });
    const deployment = await this.put("Deployment", "shop", {
      restApi: api.id,
      triggers: { document: JSON.stringify(document) },
    });
    await this.put("Stage", "shop", {
      restApi: api.id,
      deployment: deployment.id,
      stageName: "dev",
      ...stage,
    });
    return `/_aws/execute-api/${api.id}/dev`;
  }

  /** Sends a request as it is written: paths and names of headers are not touched. */
  send(method: string, path: string, { headers = {}, body }: SendOptions = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        { host: "127.0.0.1", port: this.port, method, path, headers, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () =>
            resolve(replyOf(response.statusCode ?? 0, response.headers, Buffer.concat(chunks))),
          );
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  #cloud(): Cloud {
    const services = {
      cloudwatch: {
        record: (_namespace: string, metric: string, dimensions: object, value: number) =>
          void this.metrics.push({ metric, dimensions, value }),
      },
      lambda: {
        invoke: (arn: string, event: unknown, source: string, taken?: () => void) =>
          this.#invoke(arn, event, source, taken),
      },
      cognito: { keysOf: (issuer: string) => this.keys.get(issuer) },
      events: {
        put: async (event: unknown, bus: string) => {
          this.events.push({ event, bus });
          return { eventId: "99999999-2222-3333-4444-555555555555" };
        },
      },
      logs: {
        write: (group: string, _stream: string, lines: readonly string[]) =>
          void this.logLines.push(...lines.map((line) => ({ group, line }))),
      },
      sqs: {
        send: async (queueArn: string, body: string, options: unknown) => {
          this.messages.push({ queueArn, body, options });
          return { messageId: "11111111-2222-3333-4444-555555555555" };
        },
      },
    };
    return {
      world: WORLD,
      clock: this.clock,
      faults: new Faults((entry) => void this.log.push(entry), this.clock),
      log: (entry) => void this.log.push(entry),
      workFolder: "",
      dataFolder: undefined,
      services: services as unknown as Cloud["services"],
      authorize: (principal, permissions) => {
        for (const permission of permissions) {
          this.asked.push({ principal, permission });
          this.deny(principal, permission);
        }
      },
      resources: () => this.resources,
    };
  }

  async #invoke(arn: string, event: unknown, source: string, taken?: () => void) {
    this.sources.push(source);
    await this.free;
    taken?.();
    const handler = this.#functions.get(arn);
    if (!handler) throw new Error(`the test has no function ${arn}`);
    const answer = await handler(JSON.parse(JSON.stringify(event)) as never);
    if (answer instanceof FunctionError)
      return { payload: answer.payload, functionError: "Unhandled" as const };
    return { payload: typeof answer === "string" ? answer : JSON.stringify(answer ?? null) };
  }
}

/** A resource with its outputs, as the evaluation makes it. Types of HTTP APIs begin with `v2/`. */
export function gatewayResource(type: string, name: string, inputs: Properties): Resource {
  const module = type.startsWith("v2/") ? "apigatewayv2" : "apigateway";
  const kind = type.replace("v2/", "");
  const token = `aws:${module}/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;
  return resourceOf(apigateway, token, name, inputs);
}

function replyOf(status: number, headers: IncomingHttpHeaders, body: Buffer): Reply {
  const text = body.toString("utf8");
  return {
    status,
    headers,
    body,
    text,
    get json() {
      return JSON.parse(text) as Record<string, unknown>;
    },
  };
}

/** URI of a proxy integration with a function. */
export function functionUri(functionArn: string): string {
  return `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
}

/** The extension that puts a function behind an operation. */
export function proxyTo(functionArn: string, more: object = {}) {
  return {
    "x-amazon-apigateway-integration": {
      type: "aws_proxy",
      httpMethod: "POST",
      uri: functionUri(functionArn),
      ...more,
    },
  };
}

/** An OpenAPI document of these paths. */
export function documentOf(paths: object, more: object = {}): object {
  return { openapi: "3.0.1", info: { title: "shop", version: "1" }, paths, ...more };
}
