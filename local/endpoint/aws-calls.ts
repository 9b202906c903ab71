/** AWS API calls: from the HTTP request to the service, and its answer or error back to the SDK. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { AwsError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { AwsCall, AwsReply, Principal } from "../core/service.ts";
import { credentialOf, flatHeaders, operationOf, readBody, serviceOf } from "./aws-request.ts";
import { ConnectionCut } from "./call-faults.ts";
import { errorReply } from "./error-reply.ts";
import type { EndpointTarget, RunningService } from "./index.ts";

/** A request of which at least the headers are known. */
interface Arrival {
  readonly requestId: string;
  readonly startedAt: number;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
}

/** What became known of a call, for rendering its error and for the log. */
interface Progress {
  signingName?: string;
  operation?: string | undefined;
  /** The operation, also where only the service knows it by the path. */
  named?: () => string | undefined;
  principal?: Principal;
  found?: RunningService | undefined;
}

export class AwsCalls {
  readonly #log: Log;
  readonly #maxBodyBytes: number;

  constructor(log: Log, maxBodyBytes: number) {
    this.#log = log;
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** Answers one call; whatever the service throws becomes an error answer. */
  async answer(request: IncomingMessage, response: ServerResponse, target: EndpointTarget): Promise<void> {
    const arrival = arrivalOf(request);
    const progress: Progress = {};
    let reply: AwsReply;
    try {
      const body = await readBody(request, this.#maxBodyBytes);
      reply = await this.#dispatch(arrival, body, target, progress);
    } catch (thrown) {
      if (request.destroyed && !request.complete) return;
      if (thrown instanceof ConnectionCut) {
        response.destroy();
        return this.#record(arrival, progress, "no answer");
      }
      const error = thrown instanceof AwsError ? thrown : this.#unexpected(thrown, arrival, progress);
      reply = errorReply(progress.found?.definition.protocol, error, arrival);
    }
    await send(response, arrival, reply);
    this.#record(arrival, progress, reply.status);
  }

  async #dispatch(
    arrival: Arrival,
    body: Buffer,
    target: EndpointTarget,
    progress: Progress,
  ): Promise<AwsReply> {
    const { headers, path, query, method, requestId } = arrival;
    const credential = credentialOf(headers, query, body);
    const operation = operationOf(headers, path, query, body);
    const signingName = serviceOf(credential, headers, operation);
    const principal = target.principalOf(credential?.accessKeyId);
    const found = target.services.find(({ definition }) => definition.signingNames.includes(signingName));
    Object.assign(progress, { signingName, operation, principal, found });
    const serve = found?.service.call?.bind(found.service);
    if (!serve) throw notImplemented(signingName, operation ?? `${method} ${path}`);
    const region = credential?.region || target.region;
    const call: AwsCall = { operation, region, principal, requestId, method, path, query, headers, body };
    const named = () => operation ?? found?.definition.operationOf?.(call);
    progress.named = named;
    if (!target.faults) return serve(call);
    const facts = () => ({ service: signingName, operation: named() });
    return target.faults.carryOut(call, facts, () => serve(call));
  }

  #unexpected(thrown: unknown, arrival: Arrival, progress: Progress): AwsError {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.#log({
      kind: "error",
      source: progress.signingName ?? "endpoint",
      message: `${describe(arrival, progress)} failed unexpectedly: ${text}`,
      requestId: arrival.requestId,
    });
    return new AwsError(
      "InternalFailure",
      "The local cloud failed to carry out the call; its log says why.",
      500,
    );
  }

  #record(arrival: Arrival, progress: Progress, outcome: number | string): void {
    const { principal } = progress;
    const caller = principal?.functionName ?? principal?.arn ?? "unknown caller";
    this.#log({
      kind: "call",
      source: progress.signingName ?? "endpoint",
      message: `${describe(arrival, progress)} by ${caller}: ${outcome}`,
      requestId: arrival.requestId,
      duration: performance.now() - arrival.startedAt,
    });
  }
}

function arrivalOf(request: IncomingMessage): Arrival {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  return {
    requestId: randomUUID(),
    startedAt: performance.now(),
    method: request.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
    headers: flatHeaders(request),
  };
}

function describe(arrival: Arrival, progress: Progress): string {
  return progress.named?.() ?? progress.operation ?? `${arrival.method} ${arrival.path}`;
}

function notImplemented(service: string, operation: string): AwsError {
  return new AwsError(
    "NotImplemented",
    service === "unsigned"
      ? `The call ${operation} is not signed, so the local cloud cannot tell which service it is for.`
      : `The local cloud has no service "${service}", which the call ${operation} is for. See docs/local-cloud.md for what is supported here.`,
    501,
  );
}

async function send(response: ServerResponse, arrival: Arrival, reply: AwsReply): Promise<void> {
  const { body } = reply;
  const { date: _ofPart, ...own } = reply.headers;
  const headers: Record<string, string | number> = { "x-amzn-requestid": arrival.requestId, ...own };
  const isWhole = typeof body === "string" || Buffer.isBuffer(body);
  if (isWhole && arrival.method !== "HEAD" && reply.status !== 204 && reply.status !== 304) {
    headers["content-length"] = Buffer.byteLength(body);
    delete headers["transfer-encoding"];
  }
  response.writeHead(reply.status, headers);
  if (isWhole) response.end(arrival.method === "HEAD" ? undefined : body);
  else await pipeline(body, response).catch(unlessClientLeft);
}

/** A client may close the connection in the middle of an answer; that is no failure of ours. */
function unlessClientLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
}
