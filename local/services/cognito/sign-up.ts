/** Operations of people who are not signed in: signing up, confirming, forgotten passwords. */
import { randomUUID } from "node:crypto";
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import { listOf, objectOf } from "../apigateway/json.ts";
import { checkSecretHash, checkWritable } from "./clients.ts";
import { sendCode, takeCode } from "./codes.ts";
import { invalidParameter, notAuthorized } from "./errors.ts";
import { attributesOf, required, textsOf } from "./input.ts";
import { checkPassword } from "./passwords.ts";
import type { Pools } from "./pools.ts";
import { checkComplete, checkKnown } from "./schema.ts";
import { verifierOf } from "./srp.ts";
import { runTrigger } from "./triggers.ts";
import type { User } from "./user.ts";

export function signUpOperations(pools: Pools): JsonOperations {
  const clientAndUser = (input: JsonInput): { client: Resource; user: User } => {
    const client = pools.client(required(input, "ClientId"));
    const username = required(input, "Username");
    checkSecretHash(client, username, input.SecretHash);
    return { client, user: pools.user(String(client.inputs.userPoolId), username) };
  };
  return {
    SignUp: (input) => signUp(pools, input),
    ConfirmSignUp: async (input) => {
      const { client, user } = clientAndUser(input);
      if (user.status === "CONFIRMED")
        throw notAuthorized("User cannot be confirmed. Current status is CONFIRMED");
      takeCode(pools, user, "confirmation", required(input, "ConfirmationCode"));
      await confirm(pools, user, client.id, textsOf(input, "ClientMetadata"));
      return {};
    },
    ResendConfirmationCode: (input) => {
      const { user } = clientAndUser(input);
      if (user.status === "CONFIRMED") throw invalidParameter("User is already confirmed.");
      return { CodeDeliveryDetails: sendCode(pools, user, "confirmation") };
    },
    ForgotPassword: (input) => ({ CodeDeliveryDetails: sendCode(pools, clientAndUser(input).user, "reset") }),
    ConfirmForgotPassword: async (input) => {
      const { client, user } = clientAndUser(input);
      const password = required(input, "Password");
      checkPassword(pools.pool(user.poolId), password);
      takeCode(pools, user, "reset", required(input, "ConfirmationCode"));
      user.password = verifierOf(user.poolId, user.username, password);
      user.status = "CONFIRMED";
      pools.save(user);
      await runTrigger(pools.cloud, pools.pool(user.poolId), {
        ...{ trigger: "postConfirmation", source: "PostConfirmation_ConfirmForgotPassword", user },
        clientId: client.id,
        request: { clientMetadata: textsOf(input, "ClientMetadata") },
      });
      return {};
    },
  };
}

async function signUp(pools: Pools, input: JsonInput): Promise<JsonInput> {
  const client = pools.client(required(input, "ClientId"));
  const pool = pools.pool(String(client.inputs.userPoolId));
  if (objectOf(pool.inputs.adminCreateUserConfig).allowAdminCreateUserOnly === true)
    throw notAuthorized("SignUp is not permitted for this user pool");
  const name = required(input, "Username");
  checkSecretHash(client, name, input.SecretHash);
  const password = required(input, "Password");
  checkPassword(pool, password);
  const given = attributesOf(input.UserAttributes);
  checkWritable(client, given);
  const user = newUser(pools, pool, name, given);
  checkComplete(pool, user.attributes);
  user.password = verifierOf(pool.id, user.username, password);
  const clientMetadata = textsOf(input, "ClientMetadata");
  const validationData = attributesOf(input.ValidationData);
  const response = await runTrigger(pools.cloud, pool, {
    ...{ trigger: "preSignUp", source: "PreSignUp_SignUp", user, clientId: client.id },
    request: { validationData, clientMetadata },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  });
  // Somebody else may have taken the name while the function ran.
  refuseTaken(pools, pool, name);
  if (response?.autoVerifyEmail === true) verify(user, "email");
  if (response?.autoVerifyPhone === true) verify(user, "phone_number");
  pools.save(user);
  const isConfirmed = response?.autoConfirmUser === true;
  if (isConfirmed) await confirm(pools, user, client.id, clientMetadata);
  const sendsCode = !isConfirmed && listOf(pool.inputs.autoVerifiedAttributes).length > 0;
  return {
    UserConfirmed: isConfirmed,
    UserSub: user.sub,
    ...(sendsCode && { CodeDeliveryDetails: sendCode(pools, user, "confirmation") }),
  };
}

/** Confirms a user who signed up; what the code was sent to is verified by it. */
export async function confirm(
  pools: Pools,
  user: User,
  clientId: string,
  clientMetadata: Readonly<Record<string, string>>,
): Promise<void> {
  const pool = pools.pool(user.poolId);
  user.status = "CONFIRMED";
  for (const attribute of listOf(pool.inputs.autoVerifiedAttributes).map(String)) verify(user, attribute);
  pools.save(user);
  await runTrigger(pools.cloud, pool, {
    ...{ trigger: "postConfirmation", source: "PostConfirmation_ConfirmSignUp", user, clientId },
    request: { clientMetadata },
  });
}

function verify(user: User, attribute: string): void {
  if (user.attributes[attribute] === undefined) return;
  user.attributes = { ...user.attributes, [`${attribute}_verified`]: "true" };
}

/**
 * A user who is not yet kept. Where people sign in with an e-mail address or a phone number, Cognito makes the name.
 * @throws AwsError UsernameExistsException, InvalidParameterException
 */
export function newUser(
  pools: Pools,
  pool: Resource,
  name: string,
  attributes: Readonly<Record<string, string>>,
): User {
  checkKnown(pool, attributes);
  const { sub: fixed, ...given } = attributes;
  const sub = fixed ?? randomUUID();
  const kinds = listOf(pool.inputs.usernameAttributes).map(String);
  const kind = kinds.find((each) => (each === "email") === name.includes("@"));
  if (kinds.length > 0 && kind === undefined) throw invalidParameter("Username should be an email.");
  refuseTaken(pools, pool, name);
  const now = pools.cloud.clock.now();
  return {
    ...{ poolId: pool.id, username: kind === undefined ? name : sub, sub },
    attributes: kind === undefined ? given : { ...given, [kind]: name },
    ...{ status: "UNCONFIRMED", enabled: true, createdAt: now, changedAt: now, groups: [] },
    ...{ password: undefined, passwordExpiresAt: undefined, sessions: [], codes: {} },
  };
}

/** @throws AwsError UsernameExistsException */
function refuseTaken(pools: Pools, pool: Resource, name: string): void {
  if (!pools.findUser(pool.id, name)) return;
  const isEmail = listOf(pool.inputs.usernameAttributes).includes("email") && name.includes("@");
  const message = isEmail ? "An account with the given email already exists." : "User already exists";
  throw new AwsError("UsernameExistsException", message);
}
