/** Operations of users who are signed in: the access token says who calls. */
import { AwsError } from "../../core/errors.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import { textOf } from "../apigateway/json.ts";
import { notAuthorized } from "./errors.ts";
import { attributeList, attributesOf, required } from "./input.ts";
import { InvalidToken, scopesOf, verifyToken } from "./jwt.ts";
import { poolEndpoint } from "./outputs.ts";
import { checkPassword } from "./passwords.ts";
import type { Pools } from "./pools.ts";
import { checkKnown } from "./schema.ts";
import { isPassword, verifierOf } from "./srp.ts";
import type { User } from "./user.ts";

export function selfOperations(pools: Pools): JsonOperations {
  const caller = (input: JsonInput): User => userOfToken(pools, required(input, "AccessToken"));
  return {
    GetUser: (input) => {
      const { username, sub, attributes } = caller(input);
      return { Username: username, UserAttributes: attributeList({ sub, ...attributes }) };
    },
    UpdateUserAttributes: (input) => {
      const user = caller(input);
      const given = attributesOf(input.UserAttributes);
      checkKnown(pools.pool(user.poolId), given);
      user.attributes = { ...user.attributes, ...given };
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

function userOfToken(pools: Pools, token: string): User {
  const poolId = poolOf(pools, token);
  try {
    const claims = verifyToken(token, `https://${poolEndpoint(poolId)}`, pools.cloud);
    if (claims.token_use !== "access") throw notAuthorized("Invalid Access Token");
    if (!scopesOf(claims).includes("aws.cognito.signin.user.admin"))
      throw notAuthorized("Access Token does not have required scopes");
    const user = pools.user(poolId, String(claims.username));
    if (!user.sessions.some(({ originJti }) => originJti === claims.origin_jti))
      throw notAuthorized("Access Token has been revoked");
    return user;
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
