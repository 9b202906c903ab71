/** The part of the EventBridge API that shows connections and API destinations. Secret values are never shown. */
import { AwsError } from "../../core/errors.ts";
import { arn } from "../../core/names.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import type { ApiDestination, ApiDestinations } from "./api-destinations.ts";
import type { Connection, Connections, Credentials, HttpParameters, Parameter } from "./connections.ts";

export function connectionOperations(
  cloud: Cloud,
  connections: Connections,
  destinations: ApiDestinations,
): JsonOperations {
  const ask = (call: AwsCall, operation: string, resource: string): void =>
    cloud.authorize(call.principal, [
      { action: `events:${operation}`, resource: arn(cloud.world, "events", resource) },
    ]);
  return {
    DescribeConnection: (input, call) => {
      ask(call, "DescribeConnection", `connection/${input.Name}`);
      const connection = named(connections.all, input, "Connection");
      const AuthParameters = shown(connection, connections.credentials(connection));
      return { ...describe(connection), SecretArn: connection.secretArn, AuthParameters };
    },
    ListConnections: (input, call) => {
      ask(call, "ListConnections", "connection/*");
      return { Connections: prefixed(connections.all, input).map(describe) };
    },
    DescribeApiDestination: (input, call) => {
      ask(call, "DescribeApiDestination", `api-destination/${input.Name}`);
      return describeDestination(named(destinations.all, input, "ApiDestination"));
    },
    ListApiDestinations: (input, call) => {
      ask(call, "ListApiDestinations", "api-destination/*");
      return { ApiDestinations: prefixed(destinations.all, input).map(describeDestination) };
    },
  };
}

function named<T extends { readonly name: string }>(
  list: readonly T[],
  { Name }: JsonInput,
  kind: string,
): T {
  const found = list.find(({ name }) => name === Name);
  if (found) return found;
  throw new AwsError("ResourceNotFoundException", `${kind} '${String(Name)}' does not exist.`);
}

function prefixed<T extends { readonly name: string }>(list: readonly T[], { NamePrefix }: JsonInput): T[] {
  return list.filter(({ name }) => typeof NamePrefix !== "string" || name.startsWith(NamePrefix));
}

function describe({ name, arn: ConnectionArn, type }: Connection): JsonInput {
  return { Name: name, ConnectionArn, AuthorizationType: type, ConnectionState: "AUTHORIZED" };
}

function describeDestination(destination: ApiDestination): JsonInput {
  return {
    Name: destination.name,
    ApiDestinationArn: destination.arn,
    ApiDestinationState: "ACTIVE",
    ConnectionArn: destination.connectionArn,
    InvocationEndpoint: destination.endpoint,
    HttpMethod: destination.method,
    InvocationRateLimitPerSecond: destination.ratePerSecond,
  };
}

function shown({ type }: Connection, credentials: Credentials): JsonInput {
  const { api_key_name, username, client_id, invocation_http_parameters: http } = credentials;
  const InvocationHttpParameters = shownParameters(http);
  switch (type) {
    case "API_KEY":
      return { ApiKeyAuthParameters: { ApiKeyName: api_key_name }, InvocationHttpParameters };
    case "BASIC":
      return { BasicAuthParameters: { Username: username }, InvocationHttpParameters };
    case "OAUTH_CLIENT_CREDENTIALS":
      return {
        OAuthParameters: {
          ClientParameters: { ClientID: client_id },
          AuthorizationEndpoint: credentials.authorization_endpoint,
          HttpMethod: credentials.http_method,
          OAuthHttpParameters: shownParameters(credentials.oauth_http_parameters),
        },
        InvocationHttpParameters,
      };
  }
}

function shownParameters(http: HttpParameters | undefined): JsonInput {
  return {
    HeaderParameters: (http?.header_parameters ?? []).map(shownParameter),
    QueryStringParameters: (http?.query_string_parameters ?? []).map(shownParameter),
    BodyParameters: (http?.body_parameters ?? []).map(shownParameter),
  };
}

function shownParameter({ key, value, is_value_secret }: Parameter): JsonInput {
  return { Key: key, IsValueSecret: is_value_secret, ...(is_value_secret ? {} : { Value: value }) };
}
