/** One request to a stage and what becomes known of it on its way. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Cloud } from "../../core/service.ts";
import type { Route } from "./compiled-api.ts";
import type { GatewayError } from "./gateway-error.ts";
import type { MultiMap, Target } from "./incoming.ts";
import { forwardedHeaders, queryOf } from "./incoming.ts";
import type { Stage } from "./stage.ts";

/** What the client is answered. */
export interface Answer {
  readonly status: number;
  /** Names as the client will see them. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer | string;
}

/** What came back from a backend, for the access log. */
export interface BackendResult {
  readonly status: number | undefined;
  readonly latency: number;
}

const NO_BODY = Buffer.alloc(0);

export class Exchange {
  readonly cloud: Cloud;
  readonly stage: Stage;
  readonly target: Target;
  readonly request: IncomingMessage;
  readonly requestId: string = randomUUID();
  /** `x-amz-apigw-id` */
  readonly extendedRequestId: string;
  readonly startedAt: number;
  route: Route | undefined = undefined;
  /** Percent-encoded, as in the path. */
  pathParameters: Readonly<Record<string, string>> | null = null;
  apiKey: { readonly id: string; readonly value: string } | undefined = undefined;
  /** `requestContext.authorizer` */
  authorizer: Readonly<Record<string, unknown>> | undefined = undefined;
  backend: BackendResult | undefined = undefined;
  error: GatewayError | undefined = undefined;
  /** Set once the answer is known, for the access log. */
  answered: { readonly status: number; readonly length: number } | undefined = undefined;
  #body: Buffer = NO_BODY;
  #decompressed = false;
  #headers: MultiMap | undefined = undefined;
  #query: MultiMap | null | undefined = undefined;

  constructor(cloud: Cloud, stage: Stage, target: Target, request: IncomingMessage) {
    this.cloud = cloud;
    this.stage = stage;
    this.target = target;
    this.request = request;
    this.startedAt = cloud.clock.now();
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
    const given = this.request.headers["x-amzn-trace-id"];
    if (typeof given === "string" && given.startsWith("Root=")) return given;
    const digits = this.requestId.replaceAll("-", "");
    const seconds = Math.floor(this.startedAt / 1000)
      .toString(16)
      .padStart(8, "0");
    return `Root=1-${seconds}-${digits.slice(0, 24)}`;
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

  /** `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>` of this request. */
  get methodArn(): string {
    const { region, account } = this.cloud.world;
    const { apiId, stageName, path } = this.target;
    return `arn:aws:execute-api:${region}:${account}:${apiId}/${stageName}/${this.method}${path}`;
  }
}
