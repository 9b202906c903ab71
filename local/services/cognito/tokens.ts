/**
 * The tokens of a sign-in. https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html
 */
import { randomBytes, randomUUID, sign } from "node:crypto";
import type { Resource } from "../../core/graph.ts";
import type { JsonInput } from "../../core/protocol.ts";
import { isObject, type JsonObject, listOf, numberOf, objectOf, textOf } from "../apigateway/json.ts";
import { poolEndpoint } from "./outputs.ts";
import { type Pools, type SigningKey, settingsOf } from "./pools.ts";
import { runTrigger } from "./triggers.ts";
import type { Session, User } from "./user.ts";

const UNIT_SECONDS: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };
const HOUR = 3600;
const SELF_SERVICE = "aws.cognito.signin.user.admin";

export interface Issue {
  readonly user: User;
  readonly client: Resource;
  /** Why, for the trigger, such as `TokenGeneration_Authentication`. */
  readonly source: string;
  readonly clientMetadata: Readonly<Record<string, string>>;
}

/** Begins a sign-in: `AuthenticationResult` with a refresh token. */
export async function signIn(pools: Pools, issue: Issue): Promise<JsonInput> {
  const { user, client } = issue;
  const now = pools.cloud.clock.now();
  const session: Session = {
    refreshToken: randomBytes(96).toString("base64url"),
    clientId: client.id,
    originJti: randomUUID(),
    authTime: Math.floor(now / 1000),
    expiresAt: now + validity(client, "refreshToken", "days", 30 * 86_400) * 1000,
  };
  const result = await tokensOf(pools, issue, session);
  user.sessions = [...user.sessions.filter(({ expiresAt }) => expiresAt > now), session];
  pools.save(user);
  return { ...result, RefreshToken: session.refreshToken };
}

/** New tokens for a sign-in that began earlier. */
export async function tokensOf(pools: Pools, issue: Issue, session: Session): Promise<JsonInput> {
  const { user, client } = issue;
  const key = pools.keyOf(user.poolId);
  const idClaims = idClaimsOf(pools, user, client.id);
  const accessClaims = {
    sub: user.sub,
    ...groupsClaim(user),
    client_id: client.id,
    token_use: "access",
    scope: SELF_SERVICE,
    username: user.username,
  };
  const changed = await changedByTrigger(pools, issue, idClaims, accessClaims);
  const common = commonClaims(pools, user.poolId, session);
  const accessSeconds = validity(client, "accessToken", "hours", HOUR);
  const idSeconds = validity(client, "idToken", "hours", HOUR);
  return {
    AccessToken: jwt(key, {
      ...changed.access,
      ...common,
      exp: common.iat + accessSeconds,
      jti: randomUUID(),
    }),
    ExpiresIn: accessSeconds,
    IdToken: jwt(key, { ...changed.id, ...common, exp: common.iat + idSeconds, jti: randomUUID() }),
    TokenType: "Bearer",
  };
}

function idClaimsOf(pools: Pools, user: User, clientId: string): JsonObject {
  const roles = pools
    .groupsOf(user.poolId)
    .filter(({ outputs, inputs }) => user.groups.includes(String(outputs.name)) && textOf(inputs.roleArn))
    .sort((a, b) => precedence(a) - precedence(b))
    .map(({ inputs }) => String(inputs.roleArn));
  return {
    sub: user.sub,
    ...groupsClaim(user),
    ...(roles.length > 0 && { "cognito:roles": roles, "cognito:preferred_role": roles[0] }),
    "cognito:username": user.username,
    ...Object.fromEntries(
      Object.entries(user.attributes).map(([name, value]) => [name, claimOf(name, value)]),
    ),
    aud: clientId,
    token_use: "id",
  };
}

/** A group without precedence comes last. */
function precedence({ inputs }: Resource): number {
  return numberOf(inputs.precedence) ?? Number.MAX_SAFE_INTEGER;
}

function claimOf(name: string, value: string): string | boolean {
  return name.endsWith("_verified") ? value === "true" : value;
}

function groupsClaim({ groups }: User): JsonObject {
  return groups.length > 0 ? { "cognito:groups": groups } : {};
}

function commonClaims({ cloud }: Pools, poolId: string, session: Session) {
  return {
    iss: `https://${poolEndpoint(poolId)}`,
    origin_jti: session.originJti,
    event_id: randomUUID(),
    auth_time: session.authTime,
    iat: Math.floor(cloud.clock.now() / 1000),
  };
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html */
async function changedByTrigger(pools: Pools, issue: Issue, id: JsonObject, access: JsonObject) {
  const { user, client, source, clientMetadata } = issue;
  const pool = pools.pool(user.poolId);
  const roles = listOf(id["cognito:roles"]);
  const groupConfiguration = {
    groupsToOverride: user.groups,
    iamRolesToOverride: roles,
    preferredRole: roles[0],
  };
  const response = await runTrigger(pools.cloud, pool, {
    ...{ trigger: "preTokenGeneration", source, user, clientId: client.id },
    request: { groupConfiguration, scopes: [SELF_SERVICE], clientMetadata },
    response: { claimsOverrideDetails: null, claimsAndScopeOverrideDetails: null },
  });
  const first = objectOf(response?.claimsOverrideDetails);
  const second = objectOf(response?.claimsAndScopeOverrideDetails);
  const groups = objectOf(first.groupOverrideDetails ?? second.groupOverrideDetails);
  const accessChange = objectOf(second.accessTokenGeneration);
  const changedId = changed(changed(id, first, groups), objectOf(second.idTokenGeneration), groups);
  return { id: changedId, access: withScopes(changed(access, accessChange, groups), accessChange) };
}

function changed(claims: JsonObject, change: JsonObject, groups: JsonObject): JsonObject {
  const suppressed = listOf(change.claimsToSuppress).map(String);
  const kept = Object.entries(claims).filter(([name]) => !suppressed.includes(name));
  const { groupsToOverride } = groups;
  return {
    ...Object.fromEntries(kept),
    ...(Array.isArray(groupsToOverride) && { "cognito:groups": groupsToOverride }),
    ...(isObject(change.claimsToAddOrOverride) && change.claimsToAddOrOverride),
  };
}

function withScopes(claims: JsonObject, change: JsonObject): JsonObject {
  const suppressed = listOf(change.scopesToSuppress);
  const scopes = [SELF_SERVICE, ...listOf(change.scopesToAdd).map(String)];
  return { ...claims, scope: scopes.filter((scope) => !suppressed.includes(scope)).join(" ") };
}

/** Seconds that a kind of token of this client is valid. */
function validity(
  client: Resource,
  kind: "accessToken" | "idToken" | "refreshToken",
  unit: string,
  fallback: number,
) {
  const value = numberOf(client.outputs[`${kind}Validity`]);
  if (value === undefined || value === 0) return fallback;
  const chosen = textOf(settingsOf(client, "tokenValidityUnits")[kind]) ?? unit;
  return value * (UNIT_SECONDS[chosen] ?? 1);
}

function jwt({ kid, privateKey }: SigningKey, claims: JsonObject): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const content = `${part({ kid, alg: "RS256" })}.${part(claims)}`;
  return `${content}.${sign("sha256", Buffer.from(content), privateKey).toString("base64url")}`;
}
