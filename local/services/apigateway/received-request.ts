/** A request to a stage of a REST or HTTP API, as both kinds see it. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { LogEntry } from "../../core/log.ts";
import type { Cloud } from "../../core/service.ts";
import { currentTrace, requestTrace, type Trace } from "../../core/trace.ts";
import type { MultiMap, Target } from "./incoming.ts";
import { forwardedHeaders, queryOf } from "./incoming.ts";

const NO_BODY = Buffer.alloc(0);

export class ReceivedRequest {
  readonly cloud: Cloud;
  readonly target: Target;
  readonly request: IncomingMessage;
  readonly requestId: string = randomUUID();
  /** `x-amz-apigw-id` of REST APIs, `apigw-requestid` of HTTP APIs. */
  readonly extendedRequestId: string;
  readonly startedAt: number;
  readonly #trace: Trace;
  #body: Buffer = NO_BODY;
  #decompressed = false;
  #headers: MultiMap | undefined = undefined;
  #query: MultiMap | null | undefined = undefined;

  constructor(cloud: Cloud, target: Target, request: IncomingMessage) {
    this.cloud = cloud;
    this.target = target;
    this.request = request;
    this.startedAt = cloud.clock.now();
    this.#trace = currentTrace() ?? requestTrace(request.headers["x-amzn-trace-id"]);
    this.extendedRequestId = Buffer.from(this.requestId.slice(0, 11), "latin1").toString("base64");
  }

  get method(): string {
    return this.request.method ?? "GET";
  }

  /** After decompression. */
  get body(): Buffer {
    return this.#body;
  }

  /** Takes the body in, once it is read. */
  receive(body: Buffer, decompressed: boolean): void {
    this.#body = body;
    this.#decompressed = decompressed;
    if (decompressed) this.#headers = undefined;
  }

  /** `X-Amzn-Trace-Id`; the client's own when it sent one. */
  get traceId(): string {
    return this.#trace.header ?? `Root=${this.#trace.id}`;
  }

  /** What the log calls this request: our id of it, and the client's own where there is one. */
  get logIds(): Pick<LogEntry, "requestId" | "clientRequestId"> {
    const { requestId } = this;
    const own = this.request.headers["x-request-id"];
    return typeof own === "string" ? { requestId, clientRequestId: own } : { requestId };
  }

  /** The headers that a backend gets. */
  get headers(): MultiMap {
    this.#headers ??= forwardedHeaders(this.request, this.traceId, this.#decompressed);
    return this.#headers;
  }

  /** The decoded query parameters; null when there are none. */
  get query(): MultiMap | null {
    if (this.#query === undefined) this.#query = queryOf(this.target.query);
    return this.#query;
  }
}
