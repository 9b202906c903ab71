/**
 * Access tokens of OAuth connections, kept until they expire or are refused.
 * Not confirmed by AWS's pages: client id and secret travel as parameters of the request, beside the connection's own.
 */
import { AttemptError } from "../../core/retries.ts";
import type { Cloud } from "../../core/service.ts";
import type { Credentials, Parameter } from "./connections.ts";
import { callHttp } from "./http-call.ts";

interface Token {
  readonly authorization: string;
  readonly expiresAt: number;
}

export class OAuthTokens {
  readonly #cloud: Cloud;
  readonly #tokens = new Map<string, Token>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /**
   * The `authorization` header of a connection.
   * @throws AttemptError when the authorization endpoint gives no token
   */
  async authorization(connectionArn: string, credentials: Credentials): Promise<string> {
    const now = this.#cloud.clock.now();
    const known = this.#tokens.get(connectionArn);
    if (known && known.expiresAt > now) return known.authorization;
    const { access_token, token_type = "Bearer", expires_in } = await this.#ask(credentials);
    if (typeof access_token !== "string") {
      throw new AttemptError(
        "SDK_CLIENT_ERROR",
        "The authorization endpoint answered without an access_token.",
      );
    }
    // RFC 6749, 7.1: the type is compared without regard to case; servers expect it as they document it.
    const type = String(token_type).toLowerCase() === "bearer" ? "Bearer" : String(token_type);
    const lifetime = typeof expires_in === "number" ? expires_in * 1000 : Number.POSITIVE_INFINITY;
    const token = { authorization: `${type} ${access_token}`, expiresAt: now + lifetime };
    this.#tokens.set(connectionArn, token);
    return token.authorization;
  }

  /** The next call asks for a new token. */
  forget(connectionArn: string): void {
    this.#tokens.delete(connectionArn);
  }

  async #ask(credentials: Credentials): Promise<Readonly<Record<string, unknown>>> {
    const { authorization_endpoint = "", http_method = "POST", oauth_http_parameters: own } = credentials;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: credentials.client_id ?? "",
      client_secret: credentials.client_secret ?? "",
    });
    set(form, own?.body_parameters);
    const query = new URLSearchParams(http_method === "GET" ? form : "");
    set(query, own?.query_string_parameters);
    const headers = new Headers({
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
    });
    for (const { key, value } of own?.header_parameters ?? []) headers.set(key, value);
    const { status, body } = await callHttp(this.#cloud, {
      url: authorization_endpoint,
      query,
      method: http_method,
      headers,
      body: http_method === "GET" ? undefined : form.toString(),
    });
    if (status >= 200 && status < 300) return parse(body);
    const message = `The authorization endpoint answered with status ${status}.`;
    throw new AttemptError("SDK_CLIENT_ERROR", message, { final: status < 500 && status !== 429 });
  }
}

function set(target: URLSearchParams, parameters: readonly Parameter[] = []): void {
  for (const { key, value } of parameters) target.set(key, value);
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
