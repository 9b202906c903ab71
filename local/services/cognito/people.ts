/** People whom the program's local settings name: they are there when their token is asked for, and need no password. */
import type { Person, PersonTokens } from "../../core/apis.ts";
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import { listOf } from "../apigateway/json.ts";
import { invalidParameter, resourceNotFound } from "./errors.ts";
import type { Pools } from "./pools.ts";
import { newUser } from "./sign-up.ts";
import { signIn } from "./tokens.ts";
import type { User } from "./user.ts";

/**
 * Signs a person in, without a password; who does not exist is made, as an administrator would: confirmed and in the group.
 * @throws AwsError when there is no such pool, group or client, or when the person exists and is not in the group
 */
export async function signInPerson(pools: Pools, person: Person): Promise<PersonTokens> {
  const pool = poolNamed(pools, person.pool);
  const client = onlyClient(pools, pool);
  if (!pools.groups.has(`${pool.id}/${person.group}`))
    throw resourceNotFound(`UserPool ${person.pool} has no group ${person.group}.`);
  const user = pools.findUser(pool.id, person.username) ?? created(pools, pool, person);
  if (!user.enabled || user.status === "UNCONFIRMED" || !user.groups.includes(person.group)) {
    throw invalidParameter(
      `${person.username} is ${user.enabled ? user.status : "disabled"}, in the groups: ${user.groups.join(", ") || "none"}. A token needs a confirmed user in ${person.group}.`,
    );
  }
  const issue = { user, client, source: "TokenGeneration_Authentication", clientMetadata: {} };
  const { AccessToken, IdToken, RefreshToken, ExpiresIn } = await signIn(pools, issue);
  return {
    ...{ userId: user.sub, username: user.username },
    ...{ accessToken: String(AccessToken), idToken: String(IdToken), refreshToken: String(RefreshToken) },
    expiresIn: Number(ExpiresIn),
  };
}

function poolNamed({ pools }: Pools, name: string): Resource {
  const pool = [...pools.values()].find((each) => each.name === name);
  if (!pool) throw resourceNotFound(`The program has no UserPool named ${name}.`);
  return pool;
}

function onlyClient({ clients }: Pools, pool: Resource): Resource {
  const [client, ...others] = [...clients.values()].filter(({ inputs }) => inputs.userPoolId === pool.id);
  if (client && others.length === 0) return client;
  throw new AwsError("InvalidParameterException", `UserPool ${pool.name} has no client, or several.`);
}

function created(pools: Pools, pool: Resource, { username, group }: Person): User {
  const user = newUser(pools, pool, username, {});
  const isVerified = listOf(pool.inputs.usernameAttributes).includes("email") && username.includes("@");
  user.attributes = { ...user.attributes, ...(isVerified && { email_verified: "true" }) };
  user.groups = [group];
  user.status = "CONFIRMED";
  pools.save(user);
  return user;
}
