/**
 * Connections: how API destinations prove who they are. The values stand in a secret of Secrets Manager only.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection.html
 */
import { UserError } from "../../core/errors.ts";
import type { Properties, Resource } from "../../core/graph.ts";
import type { Cloud } from "../../core/service.ts";

export interface Parameter {
  readonly key: string;
  readonly value: string;
  readonly is_value_secret: boolean;
}

export interface HttpParameters {
  readonly header_parameters: readonly Parameter[];
  readonly query_string_parameters: readonly Parameter[];
  readonly body_parameters: readonly Parameter[];
}

/** What the secret of a connection holds, as JSON. */
export interface Credentials {
  readonly api_key_name?: string;
  readonly api_key_value?: string;
  readonly username?: string;
  readonly password?: string;
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly authorization_endpoint?: string;
  readonly http_method?: string;
  readonly oauth_http_parameters?: HttpParameters;
  readonly invocation_http_parameters?: HttpParameters;
}

export interface Connection {
  readonly name: string;
  readonly arn: string;
  readonly secretArn: string;
  readonly type: "API_KEY" | "BASIC" | "OAUTH_CLIENT_CREDENTIALS";
}

export class Connections {
  readonly #cloud: Cloud;
  readonly #connections = new Map<string, Connection>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** @throws UserError when the parameters are not those of the authorization type */
  put(resource: Resource): void {
    const { name, arn, secretArn, authorizationType } = resource.outputs;
    const type = TYPES.find((each) => each === authorizationType);
    const credentials = credentialsOf(object(resource.outputs.authParameters));
    if (!type || !isComplete(type, credentials)) {
      throw new UserError(
        `The connection "${resource.name}" has no authParameters for its authorizationType ${String(authorizationType)}.`,
      );
    }
    const connection = { name: String(name), arn: String(arn), secretArn: String(secretArn), type };
    const secretName = /:secret:(.+)-[^-]{6}$/.exec(connection.secretArn)?.[1] ?? connection.name;
    this.#cloud.services.secretsmanager.keep(connection.secretArn, secretName, JSON.stringify(credentials));
    this.#connections.set(connection.arn, connection);
  }

  remove(arn: string): void {
    const connection = this.#connections.get(arn);
    if (connection) this.#cloud.services.secretsmanager.forget(connection.secretArn);
    this.#connections.delete(arn);
  }

  get all(): readonly Connection[] {
    return [...this.#connections.values()];
  }

  find(arn: string): Connection | undefined {
    return this.#connections.get(arn);
  }

  /** From its secret, as it is now. */
  credentials({ secretArn }: Connection): Credentials {
    return JSON.parse(this.#cloud.services.secretsmanager.value(secretArn) ?? "{}") as Credentials;
  }
}

const TYPES = ["API_KEY", "BASIC", "OAUTH_CLIENT_CREDENTIALS"] as const;

function isComplete(type: Connection["type"], credentials: Credentials): boolean {
  switch (type) {
    case "API_KEY":
      return credentials.api_key_name !== undefined;
    case "BASIC":
      return credentials.username !== undefined;
    case "OAUTH_CLIENT_CREDENTIALS":
      return credentials.client_id !== undefined;
  }
}

function credentialsOf({ apiKey, basic, oauth, invocationHttpParameters }: Properties): Credentials {
  const { authorizationEndpoint, httpMethod, clientParameters, oauthHttpParameters } = object(oauth);
  const { clientId, clientSecret } = object(clientParameters);
  return {
    ...(apiKey
      ? { api_key_name: String(object(apiKey).key), api_key_value: String(object(apiKey).value) }
      : {}),
    ...(basic ? { username: String(object(basic).username), password: String(object(basic).password) } : {}),
    ...(oauth
      ? {
          client_id: String(clientId),
          client_secret: String(clientSecret),
          authorization_endpoint: String(authorizationEndpoint),
          http_method: String(httpMethod),
          oauth_http_parameters: httpParametersOf(object(oauthHttpParameters)),
        }
      : {}),
    invocation_http_parameters: httpParametersOf(object(invocationHttpParameters)),
  };
}

function httpParametersOf({ headers, queryStrings, bodies }: Properties): HttpParameters {
  return {
    header_parameters: parameters(headers),
    query_string_parameters: parameters(queryStrings),
    body_parameters: parameters(bodies),
  };
}

function parameters(list: unknown): Parameter[] {
  const items: readonly Properties[] = Array.isArray(list) ? list : [];
  return items.map(({ key, value, isValueSecret }) => ({
    key: String(key),
    value: String(value),
    is_value_secret: isValueSecret === true,
  }));
}

function object(value: unknown): Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Properties) : {};
}
