/** Operations of users who are signed in: the access token says who calls. */
import { AwsError, notSupported } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import { listOf, objectOf, textOf } from "../apigateway/json.ts";
import { checkWritable } from "./clients.ts";
import { notAuthorized } from "./errors.ts";
import { attributeList, attributesOf, required } from "./input.ts";
import { InvalidToken, scopesOf, verifyToken } from "./jwt.ts";
import { poolEndpoint } from "./outputs.ts";
import { checkPassword } from "./passwords.ts";
import type { Pools } from "./pools.ts";
import { checkKnown } from "./schema.ts";
import { isPassword, verifierOf } from "./srp.ts";
import type { User } from "./user.ts";

interface Caller {
  readonly user: User;
  /** The app client whose token it is. */
  readonly clientId: string;
}

export function selfOperations(pools: Pools): JsonOperations {
  const callerOf = (input: JsonInput): Caller => userOfToken(pools, required(input, "AccessToken"));
  const caller = (input: JsonInput): User => callerOf(input).user;
  return {
    GetUser: (input) => {
      const { username, sub, attributes } = caller(input);
      return { Username: username, UserAttributes: attributeList({ sub, ...attributes }) };
    },
    UpdateUserAttributes: (input) => {
      const { user, clientId } = callerOf(input);
      const given = attributesOf(input.UserAttributes);
      checkWritable(pools.client(clientId), given);
      checkKnown(pools.pool(user.poolId), given);
      user.attributes = { ...user.attributes, ...given, ...unverified(pools.pool(user.poolId), user, given) };
      pools.save(user);
      return { CodeDeliveryDetailsList: [] };
    },
    ChangePassword: (input) => {
      const user = caller(input);
      const previous = required(input, "PreviousPassword");
      const proposed = required(input, "ProposedPassword");
      if (!user.password || !isPassword(user.password, user.poolId, user.username, previous))
        throw notAuthorized();
      checkPassword(pools.pool(user.poolId), proposed);
      user.password = verifierOf(user.poolId, user.username, proposed);
      pools.save(user);
      return {};
    },
    GlobalSignOut: (input) => {
      signOut(pools, caller(input));
      return {};
    },
    DeleteUser: (input) => {
      pools.remove(caller(input));
      return {};
    },
    RevokeToken: (input) => {
      const client = pools.client(required(input, "ClientId"));
      const secret = textOf(client.outputs.clientSecret);
      if (secret !== undefined && input.ClientSecret !== secret) throw notAuthorized("Invalid client secret");
      const token = required(input, "Token");
      for (const user of pools.usersOf(String(client.inputs.userPoolId))) {
        const kept = user.sessions.filter(({ refreshToken }) => refreshToken !== token);
        if (kept.length === user.sessions.length) continue;
        user.sessions = kept;
        pools.save(user);
      }
      return {};
    },
  };
}

/** Ends every sign-in of a user: refresh tokens end, and access tokens no longer work with Cognito itself. */
export function signOut(pools: Pools, user: User): void {
  user.sessions = [];
  pools.save(user);
}

/**
 * A new address is not verified.
 * @throws AwsError NotImplemented where the pool keeps the old one until the new one is
 */
function unverified(pool: Resource, user: User, given: Readonly<Record<string, string>>) {
  const changed = ["email", "phone_number"].filter(
    (name) => given[name] !== undefined && given[name] !== user.attributes[name],
  );
  const kept = listOf(
    objectOf(pool.inputs.userAttributeUpdateSettings).attributesRequireVerificationBeforeUpdates,
  );
  const refused = changed.find((name) => kept.includes(name));
  if (refused !== undefined)
    throw notSupported("cognito", `UpdateUserAttributes of ${refused} with verification before the update`);
  return Object.fromEntries(changed.map((name) => [`${name}_verified`, "false"]));
}

function userOfToken(pools: Pools, token: string): Caller {
  const poolId = poolOf(pools, token);
  try {
    const claims = verifyToken(token, `https://${poolEndpoint(poolId)}`, pools.cloud);
    if (claims.token_use !== "access") throw notAuthorized("Invalid Access Token");
    if (!scopesOf(claims).includes("aws.cognito.signin.user.admin"))
      throw notAuthorized("Access Token does not have required scopes");
    const user = pools.user(poolId, String(claims.username));
    if (!user.sessions.some(({ originJti }) => originJti === claims.origin_jti))
      throw notAuthorized("Access Token has been revoked");
    return { user, clientId: String(claims.client_id) };
  } catch (error) {
    if (error instanceof InvalidToken)
      throw notAuthorized(
        error.message === "the token has expired" ? "Access Token has expired" : "Invalid Access Token",
      );
    throw error instanceof AwsError && error.code === "UserNotFoundException"
      ? notAuthorized("Invalid Access Token")
      : error;
  }
}

/** The pool that a token names; it is verified afterwards. */
function poolOf(pools: Pools, token: string): string {
  try {
    const { iss } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    const poolId = pools.poolOfIssuer(String(iss));
    if (poolId !== undefined) return poolId;
  } catch {
    throw notAuthorized("Invalid Access Token");
  }
  throw notAuthorized("Invalid Access Token");
}
