/**
 * API destinations: HTTP endpoints as targets.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
 */
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import { AttemptError } from "../../core/retries.ts";
import type { Cloud } from "../../core/service.ts";
import type { Connections, Credentials, Parameter } from "./connections.ts";
import { callHttp, type HttpAnswer } from "./http-call.ts";
import { OAuthTokens } from "./oauth-tokens.ts";

export interface ApiDestination {
  readonly name: string;
  readonly arn: string;
  readonly connectionArn: string;
  /** Its `*` are filled with the target's path parameters. */
  readonly endpoint: string;
  readonly method: string;
  readonly ratePerSecond: number;
}

/** What a target adds to the request. */
export interface HttpTarget {
  readonly path: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** AWS's default and upper limit. */
const DEFAULT_RATE = 300;

/** Statuses below 500 that are tried again. */
const RETRIED = new Set([409, 429]);

export class ApiDestinations {
  readonly #cloud: Cloud;
  readonly #connections: Connections;
  readonly #tokens: OAuthTokens;
  readonly #destinations = new Map<string, ApiDestination>();
  /** Calls that were given a turn since `since`. */
  readonly #turns = new Map<string, { since: number; given: number }>();

  constructor(cloud: Cloud, connections: Connections) {
    this.#cloud = cloud;
    this.#connections = connections;
    this.#tokens = new OAuthTokens(cloud);
  }

  get all(): readonly ApiDestination[] {
    return [...this.#destinations.values()];
  }

  put({ outputs }: Resource): void {
    const destination = {
      name: String(outputs.name),
      arn: String(outputs.arn),
      connectionArn: String(outputs.connectionArn),
      endpoint: String(outputs.invocationEndpoint),
      method: String(outputs.httpMethod),
      ratePerSecond: Number(outputs.invocationRateLimitPerSecond ?? DEFAULT_RATE),
    };
    this.#destinations.set(destination.arn, destination);
    this.#tokens.forget(destination.connectionArn);
  }

  remove(arn: string): void {
    this.#destinations.delete(arn);
  }

  /** Milliseconds until the destination may be called again, within its limit of calls in a second. */
  turn(arn: string): number {
    const limit = this.#destinations.get(arn)?.ratePerSecond ?? DEFAULT_RATE;
    const now = this.#cloud.clock.now();
    let turns = this.#turns.get(arn);
    if (!turns || now >= turns.since + Math.max(1, Math.ceil(turns.given / limit)) * 1000) {
      turns = { since: now, given: 0 };
      this.#turns.set(arn, turns);
    }
    const wait = turns.since + Math.floor(turns.given / limit) * 1000 - now;
    turns.given += 1;
    return Math.max(0, wait);
  }

  /** @throws AwsError when the destination does not take the event; AttemptError says whether to try again */
  async call(arn: string, http: HttpTarget, input: string): Promise<void> {
    const destination = this.#destinations.get(arn);
    const connection = destination && this.#connections.find(destination.connectionArn);
    if (!connection) {
      throw new AwsError(
        "ResourceNotFoundException",
        `The API destination ${arn} or its connection does not exist.`,
      );
    }
    const credentials = this.#connections.credentials(connection);
    const authorization = await this.#authorization(connection.arn, credentials);
    const own = credentials.invocation_http_parameters;
    const hasBody = destination.method !== "GET" && destination.method !== "HEAD";
    // A key that both have is the connection's.
    const answer = await callHttp(this.#cloud, {
      url: withPath(destination.endpoint, http.path),
      query: new URLSearchParams({ ...http.query, ...record(own?.query_string_parameters) }),
      method: destination.method,
      headers: new Headers({
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Amazon/EventBridge/ApiDestinations",
        range: "bytes=0-1048575",
        ...http.headers,
        ...record(own?.header_parameters),
        ...authorization,
      }),
      body: hasBody ? withBody(input, own?.body_parameters) : undefined,
    });
    if (answer.status >= 200 && answer.status < 300) return;
    throw this.#failure(destination, answer, credentials.client_id !== undefined);
  }

  async #authorization(arn: string, credentials: Credentials): Promise<Record<string, string>> {
    const { api_key_name, api_key_value = "", username, password = "", client_id } = credentials;
    if (api_key_name !== undefined) return { [api_key_name]: api_key_value };
    if (client_id !== undefined) return { authorization: await this.#tokens.authorization(arn, credentials) };
    const pair = Buffer.from(`${username}:${password}`).toString("base64");
    return { authorization: `Basic ${pair}` };
  }

  #failure(destination: ApiDestination, { status, headers }: HttpAnswer, isOAuth: boolean): AttemptError {
    const message = `Unable to invoke ApiDestination endpoint: ${destination.endpoint} answered with status ${status}.`;
    const isRefused = isOAuth && (status === 401 || status === 407);
    if (isRefused) this.#tokens.forget(destination.connectionArn);
    const isRetried = isRefused || status >= 500 || RETRIED.has(status);
    const seconds = Number(headers.get("retry-after") ?? 0);
    return new AttemptError("SDK_CLIENT_ERROR", message, {
      final: !isRetried || seconds < 0,
      waitMilliseconds: Number.isNaN(seconds) ? 0 : seconds * 1000,
    });
  }
}

function withPath(endpoint: string, path: readonly string[]): string {
  let index = 0;
  return endpoint.replaceAll("*", () => encodeURIComponent(path[index++] ?? ""));
}

/** The connection's parameters stand beside the members of a JSON object; other input stays as it is. */
function withBody(input: string, parameters: readonly Parameter[] = []): string {
  if (parameters.length === 0 || !input.trimStart().startsWith("{")) return input;
  return JSON.stringify({ ...JSON.parse(input), ...record(parameters) });
}

function record(parameters: readonly Parameter[] = []): Record<string, string> {
  return Object.fromEntries(parameters.map(({ key, value }) => [key, value]));
}
