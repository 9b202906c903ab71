/**
 * The one HTTP endpoint of the local cloud: AWS API calls, API Gateway's invocations and the control API.
 *
 *     /_local/…                 the control API and the console
 *     /_aws/<service>/…         what a service serves over plain HTTP, such as /_aws/execute-api/<api>/<stage>/…
 *     everything else           AWS API calls, told apart as described in aws-request.ts
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { UserError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Principal, Service, ServiceDefinition } from "../core/service.ts";
import { requestTrace, withTrace } from "../core/trace.ts";
import { AwsCalls } from "./aws-calls.ts";
import type { CallFaults } from "./call-faults.ts";
import { isForThisMachine } from "./host.ts";

export interface EndpointOptions {
  /** Port on 127.0.0.1; 0 takes any free one. */
  readonly port: number;
  readonly log: Log;
  /** Largest body of an AWS API call, in bytes. @default 100 MiB */
  readonly maxBodyBytes?: number;
}

/** A service of the local cloud together with what it is. */
export interface RunningService {
  readonly definition: ServiceDefinition;
  readonly service: Service;
}

/** What answers the requests; handed over once the services exist. */
export interface EndpointTarget {
  readonly services: readonly RunningService[];
  /** Who holds an access key; see `createPrincipals`. */
  readonly principalOf: (accessKeyId: string | undefined) => Principal;
  /** Faults that are set for calls; without it there are none. */
  readonly faults?: CallFaults;
  /** Region of calls that name none. */
  readonly region: string;
  /** Answers requests whose path is `/_local` or begins with `/_local/`. */
  readonly control: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

export interface Endpoint {
  readonly port: number;
  /** Such as `http://127.0.0.1:4000`; no trailing slash. */
  readonly url: string;
  /** From now on requests are answered by this target; before that they get 503. */
  attach(target: EndpointTarget): void;
  /** Stops listening, lets requests under way finish for a second, and ends all connections. */
  close(): Promise<void>;
}

const WRONG_HOST = "The local cloud answers requests to localhost only, and this one has another Host.";
const DEFAULT_MAX_BODY_BYTES = 100 * 1024 * 1024;
/** Longer than SDK clients keep an idle connection, so that they never reuse one that is being closed. */
const KEEP_ALIVE_MILLISECONDS = 65_000;
const CLOSE_GRACE_MILLISECONDS = 1_000;

/**
 * Listens on 127.0.0.1. Services are attached later, because their program needs the port to be evaluated.
 * @throws UserError when the port is taken
 */
export async function createEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const calls = new AwsCalls(options.log, options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
  let target: EndpointTarget | undefined;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MILLISECONDS }, (request, response) => {
    if (!server.listening) response.setHeader("connection", "close");
    if (!isForThisMachine(request.headers.host)) return sendText(response, 403, WRONG_HOST);
    const attached = target;
    if (!attached) return sendText(response, 503, "The local cloud is starting.");
    const trace = requestTrace(request.headers["x-amzn-trace-id"]);
    withTrace(trace, () => answer(request, response, attached, calls)).catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      options.log({
        kind: "error",
        source: "endpoint",
        message: `${request.method} ${request.url}: ${text}`,
      });
      if (response.headersSent) response.destroy();
      else sendText(response, 500, "The local cloud failed to answer; its log says why.");
    });
  });
  const port = await listen(server, options.port);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    attach: (attached) => {
      target = attached;
    },
    close: () => close(server),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  target: EndpointTarget,
  calls: AwsCalls,
): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  if (path === "/_local" || path.startsWith("/_local/")) return target.control(request, response);
  const served = /^\/_aws\/([^/]+)(?:\/|$)/.exec(path)?.[1];
  if (served === undefined) return calls.answer(request, response, target);
  const found = target.services.find(
    ({ definition, service }) => service.request && serves(definition, served),
  );
  if (found?.service.request) return found.service.request(request, response);
  sendText(response, 404, `Nothing is served under /_aws/${served}/.`);
}

function serves(definition: ServiceDefinition, name: string): boolean {
  const isGateway = definition.name === "apigateway" && name === "execute-api";
  return definition.name === name || definition.signingNames.includes(name) || isGateway;
}

function sendText(response: ServerResponse, status: number, text: string): void {
  const headers = { "content-type": "text/plain; charset=utf-8", "content-length": Buffer.byteLength(text) };
  response.writeHead(status, headers).end(text);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const busy = `Port ${port} is in use. Give another one with --port, or --port 0 for any free one.`;
      reject(error.code === "EADDRINUSE" ? new UserError(busy) : error);
    });
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MILLISECONDS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
