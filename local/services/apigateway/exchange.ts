/** One request to a stage and what becomes known of it on its way. */
import type { IncomingMessage } from "node:http";
import type { Cloud } from "../../core/service.ts";
import type { Route } from "./compiled-api.ts";
import type { GatewayError } from "./gateway-error.ts";
import type { Caller } from "./iam-authorizer.ts";
import type { Target } from "./incoming.ts";
import { ReceivedRequest } from "./received-request.ts";
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

export class Exchange extends ReceivedRequest {
  readonly stage: Stage;
  route: Route | undefined = undefined;
  /** Percent-encoded, as in the path. */
  pathParameters: Readonly<Record<string, string>> | null = null;
  apiKey: { readonly id: string; readonly value: string } | undefined = undefined;
  /** Who signed the request, when the method asks for a signature. */
  caller: Caller | undefined = undefined;
  /** `requestContext.authorizer` */
  authorizer: Readonly<Record<string, unknown>> | undefined = undefined;
  backend: BackendResult | undefined = undefined;
  error: GatewayError | undefined = undefined;
  /** Set once the answer is known, for the access log. */
  answered: { readonly status: number; readonly length: number } | undefined = undefined;

  constructor(cloud: Cloud, stage: Stage, target: Target, request: IncomingMessage) {
    super(cloud, target, request);
    this.stage = stage;
  }

  /** `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>` of this request. */
  get methodArn(): string {
    const { region, account } = this.cloud.world;
    const { apiId, stageName, path } = this.target;
    return `arn:aws:execute-api:${region}:${account}:${apiId}/${stageName}/${this.method}${path}`;
  }
}
