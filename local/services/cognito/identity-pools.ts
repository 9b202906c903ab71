/**
 * Identity pools: credentials of a role for whoever shows an id token of a user pool.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html
 */
import { randomUUID } from "node:crypto";
import type { Resource } from "../../core/graph.ts";
import { accessKeyOf, SECRET_ACCESS_KEY } from "../../core/identity.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import { type JsonObject, listOf, objectOf, textOf } from "../apigateway/json.ts";
import { invalidParameter, notAuthorized, resourceNotFound } from "./errors.ts";
import { required, textsOf } from "./input.ts";
import { InvalidToken, verifyToken } from "./jwt.ts";
import { typeToken, uuidOf } from "./outputs.ts";
import type { Pools } from "./pools.ts";

const HOUR = 3_600_000;

export function identityOperations(pools: Pools): JsonOperations {
  /** Pool by identity. */
  const identities = new Map<string, string>();
  return {
    GetId: (input) => {
      const pool = identityPool(pools, required(input, "IdentityPoolId"));
      const claims = claimsOf(pools, pool, input);
      const seed = claims === undefined ? randomUUID() : uuidOf(`${pool.id}/${claims.iss}/${claims.sub}`);
      const identityId = `${pools.cloud.world.region}:${seed}`;
      identities.set(identityId, pool.id);
      return { IdentityId: identityId };
    },
    GetCredentialsForIdentity: (input) => {
      const identityId = required(input, "IdentityId");
      const poolId = identities.get(identityId);
      if (poolId === undefined) throw resourceNotFound(`Identity '${identityId}' not found.`);
      const role = roleOf(
        pools,
        identityPool(pools, poolId),
        claimsOf(pools, identityPool(pools, poolId), input),
      );
      return {
        IdentityId: identityId,
        Credentials: {
          AccessKeyId: accessKeyOf(role),
          SecretKey: SECRET_ACCESS_KEY,
          SessionToken: "local-cloud-session-token",
          Expiration: (pools.cloud.clock.now() + HOUR) / 1000,
        },
      };
    },
  };
}

function identityPool({ cloud }: Pools, id: string): Resource {
  const pool = cloud.resources().find((each) => each.type === typeToken("IdentityPool") && each.id === id);
  if (!pool) throw resourceNotFound(`IdentityPool '${id}' not found.`);
  return pool;
}

/** The claims of the id token; undefined for a guest. */
function claimsOf(pools: Pools, pool: Resource, input: JsonInput): JsonObject | undefined {
  const [login] = Object.entries(textsOf(input, "Logins"));
  if (login === undefined) {
    if (pool.inputs.allowUnauthenticatedIdentities === true) return undefined;
    throw notAuthorized("Unauthenticated access is not supported for this identity pool.");
  }
  const [provider, token] = login;
  const providers = listOf(pool.inputs.cognitoIdentityProviders).map(objectOf);
  const trusted = providers.filter(({ providerName }) => providerName === provider);
  if (trusted.length === 0)
    throw notAuthorized(`Token is not from a supported provider of this identity pool.`);
  try {
    const claims = verifyToken(token, `https://${provider}`, pools.cloud);
    if (!trusted.some(({ clientId }) => clientId === claims.aud))
      throw new InvalidToken("Incorrect token audience.");
    return claims;
  } catch (error) {
    if (!(error instanceof InvalidToken)) throw error;
    throw notAuthorized(`Invalid login token. ${error.message}`);
  }
}

/** The role of the token's group where the pool maps roles by token, else the one for everybody. */
function roleOf({ cloud }: Pools, pool: Resource, claims: JsonObject | undefined): string {
  const attachment = cloud
    .resources()
    .find(
      ({ type, inputs }) =>
        type === typeToken("IdentityPoolRoleAttachment") && inputs.identityPoolId === pool.id,
    );
  const roles = objectOf(attachment?.inputs.roles);
  const mapping = listOf(attachment?.inputs.roleMappings).map(objectOf)[0];
  const kind = claims === undefined ? "unauthenticated" : "authenticated";
  if (mapping?.type === "Rules") throw invalidParameter("Role mappings by rules are not supported here.");
  const byToken = mapping?.type === "Token" ? textOf(claims?.["cognito:preferred_role"]) : undefined;
  if (mapping && claims && byToken === undefined && mapping.ambiguousRoleResolution === "Deny")
    throw notAuthorized("Access to Role is forbidden.");
  const role = byToken ?? textOf(roles[kind]);
  if (role === undefined)
    throw invalidParameter(`Basic (classic) flow is not enabled and there is no ${kind} role.`);
  return role;
}
