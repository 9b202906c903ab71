/** One request to a stage of an HTTP API and what becomes known of it on its way. */
import type { IncomingMessage } from "node:http";
import type { Cloud } from "../../core/service.ts";
import type { BackendResult } from "../apigateway/exchange.ts";
import type { Caller } from "../apigateway/iam-authorizer.ts";
import type { Target } from "../apigateway/incoming.ts";
import { ReceivedRequest } from "../apigateway/received-request.ts";
import type { CompiledRoute } from "./compiled-api.ts";
import type { HttpApiError } from "./http-api-error.ts";
import type { HttpStage } from "./stage.ts";

/** What an authorizer found out. */
export type Authorization =
  | {
      readonly kind: "jwt";
      readonly claims: Readonly<Record<string, string>>;
      readonly scopes: readonly string[] | null;
    }
  | { readonly kind: "iam"; readonly caller: Caller }
  | { readonly kind: "lambda"; readonly context: Readonly<Record<string, unknown>> | null };

export class HttpExchange extends ReceivedRequest {
  readonly stage: HttpStage;
  route: CompiledRoute | undefined = undefined;
  /** Decoded, as HTTP APIs hand them over; null when there are none. */
  pathParameters: Readonly<Record<string, string>> | null = null;
  authorization: Authorization | undefined = undefined;
  backend: BackendResult | undefined = undefined;
  error: HttpApiError | undefined = undefined;
  answered: { readonly status: number; readonly length: number } | undefined = undefined;

  constructor(cloud: Cloud, stage: HttpStage, target: Target, request: IncomingMessage) {
    super(cloud, target, request);
    this.stage = stage;
  }

  /** The path as backends get it: decoded, and with the stage unless that is `$default`. */
  get rawPath(): string {
    const path = decoded(this.target.path);
    return this.stage.name === "$default" ? path : `/${this.stage.name}${path}`;
  }

  /** `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>` of this request. */
  get routeArn(): string {
    return this.#arn(`${this.method}${this.target.path}`);
  }

  /** What a function's permission names: the route, not the path that was asked for. */
  get sourceArn(): string {
    const { path } = this.route ?? { path: undefined };
    return this.#arn(path === undefined ? "$default" : `${this.method}${path}`);
  }

  #arn(rest: string): string {
    const { region, account } = this.cloud.world;
    return `arn:aws:execute-api:${region}:${account}:${this.target.apiId}/${this.stage.name}/${rest}`;
  }
}

/** A text that is not encoded well stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
