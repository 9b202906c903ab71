/**
 * Signing in, by password, by SRP and with a refresh token.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html
 */
import { randomUUID } from "node:crypto";
import { AwsError, notSupported } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { AwsCall } from "../../core/service.ts";
import { textOf } from "../apigateway/json.ts";
import { checkFlow, checkSecretHash } from "./clients.ts";
import { invalidParameter, notAuthorized, resourceNotFound, userNotFound } from "./errors.ts";
import { required, textsOf } from "./input.ts";
import { poolArn } from "./outputs.ts";
import { checkPassword } from "./passwords.ts";
import type { Pools } from "./pools.ts";
import { isPassword, type SrpExchange, startExchange, verifierOf } from "./srp.ts";
import { signIn, tokensOf } from "./tokens.ts";
import { runTrigger } from "./triggers.ts";
import type { User } from "./user.ts";

/** What a client answers a challenge of. */
interface Challenge {
  readonly name: "NEW_PASSWORD_REQUIRED" | "PASSWORD_VERIFIER";
  readonly user: User;
  readonly clientId: string;
  readonly exchange?: SrpExchange;
}

/** One call, with what all flows need. */
interface Attempt {
  readonly client: Resource;
  readonly parameters: Readonly<Record<string, string>>;
  readonly clientMetadata: Readonly<Record<string, string>>;
}

/** Milliseconds that a challenge can be answered, unless the client says otherwise. */
const CHALLENGE_LIFETIME = 180_000;

export class Authentication {
  readonly #pools: Pools;
  /** By `Session`, or by SECRET_BLOCK. */
  readonly #challenges = new Map<string, Challenge>();

  constructor(pools: Pools) {
    this.#pools = pools;
  }

  operations(): JsonOperations {
    return {
      InitiateAuth: (input) => this.#initiate(input, false),
      AdminInitiateAuth: (input, call) => {
        this.#authorize(input, call, "AdminInitiateAuth");
        return this.#initiate(input, true);
      },
      RespondToAuthChallenge: (input) => this.#respond(input),
      AdminRespondToAuthChallenge: (input, call) => {
        this.#authorize(input, call, "AdminRespondToAuthChallenge");
        return this.#respond(input);
      },
    };
  }

  #authorize(input: JsonInput, call: AwsCall, action: string): void {
    const { cloud } = this.#pools;
    const poolId = required(input, "UserPoolId");
    cloud.authorize(call.principal, [
      { action: `cognito-idp:${action}`, resource: poolArn(cloud.world, poolId) },
    ]);
    const client = this.#pools.client(required(input, "ClientId"));
    if (client.inputs.userPoolId !== poolId)
      throw resourceNotFound(`User pool client ${client.id} does not exist.`);
  }

  #initiate(input: JsonInput, isAdmin: boolean): Promise<JsonInput> {
    const flow = required(input, "AuthFlow");
    const client = this.#pools.client(required(input, "ClientId"));
    const attempt: Attempt = {
      client,
      parameters: textsOf(input, "AuthParameters"),
      clientMetadata: textsOf(input, "ClientMetadata"),
    };
    const isForAdmins = flow === "ADMIN_USER_PASSWORD_AUTH" || flow === "ADMIN_NO_SRP_AUTH";
    if (isForAdmins && !isAdmin) throw invalidParameter("Initiate Auth method not supported.");
    const name = flow === "REFRESH_TOKEN" ? "REFRESH_TOKEN_AUTH" : flow;
    checkFlow(client, name);
    if (name === "REFRESH_TOKEN_AUTH") return this.#refresh(attempt);
    if (name === "USER_SRP_AUTH") return this.#startSrp(attempt);
    if (name === "USER_PASSWORD_AUTH" || isForAdmins) return this.#byPassword(attempt);
    throw notSupported("cognito", `the flow ${flow}`);
  }

  /** @throws AwsError what Cognito says of a user who does not exist or may not sign in */
  async #userOf({ client, parameters, clientMetadata }: Attempt): Promise<User> {
    const username = required(parameters, "USERNAME");
    checkSecretHash(client, username, parameters.SECRET_HASH);
    const poolId = String(client.inputs.userPoolId);
    const user = this.#pools.findUser(poolId, username);
    if (!user)
      throw client.outputs.preventUserExistenceErrors === "ENABLED" ? notAuthorized() : userNotFound();
    if (!user.enabled) throw notAuthorized("User is disabled.");
    await runTrigger(this.#pools.cloud, this.#pools.pool(poolId), {
      ...{
        trigger: "preAuthentication",
        source: "PreAuthentication_Authentication",
        user,
        clientId: client.id,
      },
      request: { validationData: clientMetadata },
    });
    return user;
  }

  async #byPassword(attempt: Attempt): Promise<JsonInput> {
    const user = await this.#userOf(attempt);
    const password = required(attempt.parameters, "PASSWORD");
    if (!user.password || !isPassword(user.password, user.poolId, user.username, password))
      throw notAuthorized();
    return this.#proceed(user, attempt);
  }

  async #startSrp(attempt: Attempt): Promise<JsonInput> {
    const user = await this.#userOf(attempt);
    if (!user.password) throw notAuthorized();
    const { poolId, username } = user;
    const exchange = startExchange(user.password, poolId, username, required(attempt.parameters, "SRP_A"));
    if (!exchange) throw notAuthorized();
    this.#challenge(exchange.secretBlock, attempt, { name: "PASSWORD_VERIFIER", user, exchange });
    return {
      ChallengeName: "PASSWORD_VERIFIER",
      ChallengeParameters: {
        SALT: user.password.salt,
        SECRET_BLOCK: exchange.secretBlock,
        SRP_B: exchange.publicValue,
        USERNAME: username,
        USER_ID_FOR_SRP: username,
      },
    };
  }

  /** After the password was right. */
  #proceed(user: User, attempt: Attempt): Promise<JsonInput> | JsonInput {
    if (user.status === "UNCONFIRMED")
      throw new AwsError("UserNotConfirmedException", "User is not confirmed.");
    if (user.status === "RESET_REQUIRED")
      throw new AwsError("PasswordResetRequiredException", "Password reset required for the user");
    if (user.status === "CONFIRMED") return this.#finish(user, attempt, "TokenGeneration_Authentication");
    if ((user.passwordExpiresAt ?? Infinity) <= this.#pools.cloud.clock.now())
      throw notAuthorized("Temporary password has expired and must be reset by an administrator.");
    const session = randomUUID();
    this.#challenge(session, attempt, { name: "NEW_PASSWORD_REQUIRED", user });
    return {
      ChallengeName: "NEW_PASSWORD_REQUIRED",
      Session: session,
      ChallengeParameters: {
        USER_ID_FOR_SRP: user.username,
        requiredAttributes: "[]",
        userAttributes: JSON.stringify(user.attributes),
      },
    };
  }

  async #finish(user: User, { client, clientMetadata }: Attempt, source: string): Promise<JsonInput> {
    const result = await signIn(this.#pools, { user, client, source, clientMetadata });
    await runTrigger(this.#pools.cloud, this.#pools.pool(user.poolId), {
      ...{
        trigger: "postAuthentication",
        source: "PostAuthentication_Authentication",
        user,
        clientId: client.id,
      },
      request: { newDeviceUsed: false, clientMetadata },
    });
    return { AuthenticationResult: result, ChallengeParameters: {} };
  }

  async #refresh({ client, parameters, clientMetadata }: Attempt): Promise<JsonInput> {
    const token = required(parameters, "REFRESH_TOKEN");
    const users = this.#pools.usersOf(String(client.inputs.userPoolId));
    const user = users.find(({ sessions }) => sessions.some(({ refreshToken }) => refreshToken === token));
    const session = user?.sessions.find(({ refreshToken }) => refreshToken === token);
    if (!user || !session || session.clientId !== client.id) throw notAuthorized("Invalid Refresh Token");
    if (session.expiresAt <= this.#pools.cloud.clock.now()) throw notAuthorized("Refresh Token has expired");
    if (!user.enabled) throw notAuthorized("User is disabled.");
    checkSecretHash(client, user.username, parameters.SECRET_HASH);
    const issue = { user, client, source: "TokenGeneration_RefreshTokens", clientMetadata };
    return { AuthenticationResult: await tokensOf(this.#pools, issue, session), ChallengeParameters: {} };
  }

  #challenge(key: string, { client }: Attempt, challenge: Omit<Challenge, "clientId">): void {
    this.#challenges.set(key, { ...challenge, clientId: client.id });
    this.#pools.cloud.clock.after(CHALLENGE_LIFETIME, () => this.#challenges.delete(key));
  }

  async #respond(input: JsonInput): Promise<JsonInput> {
    const client = this.#pools.client(required(input, "ClientId"));
    const name = required(input, "ChallengeName");
    const parameters = textsOf(input, "ChallengeResponses");
    const key = name === "PASSWORD_VERIFIER" ? parameters.PASSWORD_CLAIM_SECRET_BLOCK : textOf(input.Session);
    const challenge = this.#challenges.get(key ?? "");
    this.#challenges.delete(key ?? "");
    if (challenge?.name !== name || challenge.clientId !== client.id)
      throw notAuthorized("Invalid session for the user.");
    const attempt = { client, parameters, clientMetadata: textsOf(input, "ClientMetadata") };
    const { user, exchange } = challenge;
    checkSecretHash(client, parameters.USERNAME ?? user.username, parameters.SECRET_HASH);
    if (!exchange) return this.#setNewPassword(user, attempt);
    const { PASSWORD_CLAIM_SIGNATURE: signature = "", TIMESTAMP: timestamp = "" } = parameters;
    if (!exchange.proves(signature, timestamp)) throw notAuthorized();
    return this.#proceed(user, attempt);
  }

  #setNewPassword(user: User, attempt: Attempt): Promise<JsonInput> {
    const password = required(attempt.parameters, "NEW_PASSWORD");
    checkPassword(this.#pools.pool(user.poolId), password);
    const prefix = "userAttributes.";
    const given = Object.entries(attempt.parameters).filter(([name]) => name.startsWith(prefix));
    const attributes = given.map(([name, value]) => [name.slice(prefix.length), value]);
    user.attributes = { ...user.attributes, ...Object.fromEntries(attributes) };
    user.password = verifierOf(user.poolId, user.username, password);
    user.passwordExpiresAt = undefined;
    user.status = "CONFIRMED";
    return this.#finish(user, attempt, "TokenGeneration_NewPasswordChallenge");
  }
}
