/** What an app client may do. https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html */
import { createHmac } from "node:crypto";
import type { Resource } from "../../core/graph.ts";
import { listOf, textOf } from "../apigateway/json.ts";
import { invalidParameter, notAuthorized } from "./errors.ts";

/** Names of older programs for today's flows. */
const LEGACY: Readonly<Record<string, string>> = {
  ADMIN_NO_SRP_AUTH: "ALLOW_ADMIN_USER_PASSWORD_AUTH",
  USER_PASSWORD_AUTH: "ALLOW_USER_PASSWORD_AUTH",
};

/** @throws AwsError InvalidParameterException when the client does not allow the flow */
export function checkFlow(client: Resource, flow: string): void {
  const wanted = flow === "ADMIN_NO_SRP_AUTH" ? "ADMIN_USER_PASSWORD_AUTH" : flow;
  const allowed = listOf(client.outputs.explicitAuthFlows).map(String);
  const isAllowed = allowed.some((name) => (LEGACY[name] ?? name) === `ALLOW_${wanted}`);
  const isRefresh = wanted === "REFRESH_TOKEN_AUTH" && allowed.some((name) => LEGACY[name] !== undefined);
  if (isAllowed || isRefresh) return;
  throw invalidParameter(
    flow.startsWith("REFRESH")
      ? "Auth flow not enabled for this client"
      : `${flow} flow not enabled for this client`,
  );
}

/** @throws AwsError NotAuthorizedException when the client may not write one of the attributes */
export function checkWritable(client: Resource, attributes: Readonly<Record<string, string>>): void {
  const writable = listOf(client.inputs.writeAttributes);
  const refused = Object.keys(attributes).some(
    (name) => name.endsWith("_verified") || (writable.length > 0 && !writable.includes(name)),
  );
  if (refused) throw notAuthorized("A client attempted to write unauthorized attribute");
}

/** @throws AwsError NotAuthorizedException when the client has a secret and the hash is not made with it */
export function checkSecretHash(client: Resource, username: string, hash: unknown): void {
  const secret = textOf(client.outputs.clientSecret);
  if (secret === undefined) return;
  const expected = createHmac("sha256", secret)
    .update(username + client.id)
    .digest("base64");
  if (hash === undefined)
    throw notAuthorized(`Client ${client.id} is configured with secret but SECRET_HASH was not received`);
  if (hash !== expected) throw notAuthorized(`Unable to verify secret hash for client ${client.id}`);
}
