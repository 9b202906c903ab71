/** Operations that IAM guards: administrators, and whoever looks around. */
import { randomBytes } from "node:crypto";
import { notSupported } from "../../core/errors.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { AwsCall } from "../../core/service.ts";
import { numberOf, textOf } from "../apigateway/json.ts";
import { sendInvitation } from "./codes.ts";
import { invalidParameter, notAuthorized, resourceNotFound } from "./errors.ts";
import { attributeList, attributesOf, required, textsOf } from "./input.ts";
import { poolArn } from "./outputs.ts";
import { checkPassword } from "./passwords.ts";
import { type Pools, settingsOf } from "./pools.ts";
import { checkKnown } from "./schema.ts";
import { signOut } from "./self-operations.ts";
import { confirm, newUser } from "./sign-up.ts";
import { verifierOf } from "./srp.ts";
import { runTrigger } from "./triggers.ts";
import type { User } from "./user.ts";

type OfPool = (poolId: string, input: JsonInput) => unknown;
type OfUser = (user: User, input: JsonInput) => unknown;

/** Every operation asks IAM for the action of its name on the pool. */
export function adminOperations(pools: Pools): JsonOperations {
  const { cloud } = pools;
  const guarded = (operations: Readonly<Record<string, OfPool>>): JsonOperations =>
    Object.fromEntries(
      Object.entries(operations).map(([name, run]) => [
        name,
        (input: JsonInput, call: AwsCall) => {
          const poolId = required(input, "UserPoolId");
          const resource = poolArn(cloud.world, poolId);
          cloud.authorize(call.principal, [{ action: `cognito-idp:${name}`, resource }]);
          pools.pool(poolId);
          return run(poolId, input);
        },
      ]),
    );
  const ofUsers = Object.entries({ ...userOperations(pools), ...membershipOperations(pools) }).map(
    ([name, run]) => {
      const ofPool: OfPool = (poolId, input) => run(pools.user(poolId, required(input, "Username")), input);
      return [name, ofPool] as const;
    },
  );
  return guarded({ ...poolOperations(pools), ...Object.fromEntries(ofUsers) });
}

function poolOperations(pools: Pools): Readonly<Record<string, OfPool>> {
  return {
    AdminCreateUser: (poolId, input) => createUser(pools, poolId, input),
    DescribeUserPool: (poolId) => {
      const { outputs } = pools.pool(poolId);
      return {
        UserPool: {
          Id: poolId,
          Name: outputs.name,
          Arn: outputs.arn,
          MfaConfiguration: outputs.mfaConfiguration,
          EstimatedNumberOfUsers: pools.usersOf(poolId).length,
        },
      };
    },
    DescribeUserPoolClient: (poolId, input) => {
      const client = pools.client(required(input, "ClientId"));
      if (client.inputs.userPoolId !== poolId)
        throw resourceNotFound(`User pool client ${client.id} does not exist.`);
      const { name, explicitAuthFlows, clientSecret } = client.outputs;
      return {
        UserPoolClient: {
          ...{
            UserPoolId: poolId,
            ClientId: client.id,
            ClientName: name,
            ExplicitAuthFlows: explicitAuthFlows,
          },
          ...(clientSecret !== "" && { ClientSecret: clientSecret }),
        },
      };
    },
    ListGroups: (poolId) => ({ Groups: pools.groupsOf(poolId).map((group) => describeGroup(group)) }),
    ListUsers: (poolId, input) => {
      const matches = filterOf(textOf(input.Filter));
      return page(pools.usersOf(poolId).filter(matches), input, "PaginationToken");
    },
    ListUsersInGroup: (poolId, input) => {
      const group = existingGroup(pools, poolId, input);
      const members = pools.usersOf(poolId).filter(({ groups }) => groups.includes(group));
      return page(members, input, "NextToken");
    },
  };
}

function userOperations(pools: Pools): Readonly<Record<string, OfUser>> {
  return {
    AdminConfirmSignUp: async (user, input) => {
      if (user.status === "CONFIRMED")
        throw notAuthorized("User cannot be confirmed. Current status is CONFIRMED");
      await confirm(pools, user, "CLIENT_ID_NOT_APPLICABLE", textsOf(input, "ClientMetadata"));
      return {};
    },
    AdminDeleteUser: (user) => {
      pools.remove(user);
      return {};
    },
    AdminDisableUser: (user) => changed(pools, user, { enabled: false, sessions: [] }),
    AdminEnableUser: (user) => changed(pools, user, { enabled: true }),
    AdminGetUser: (user) => {
      const { Attributes: UserAttributes, ...rest } = describeUser(user);
      return { ...rest, UserAttributes };
    },
    AdminSetUserPassword: (user, input) => {
      const password = required(input, "Password");
      checkPassword(pools.pool(user.poolId), password);
      const status = input.Permanent === true ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD";
      return changed(pools, user, { ...temporary(pools, user, password), status });
    },
    AdminUpdateUserAttributes: (user, input) => {
      const given = attributesOf(input.UserAttributes);
      checkKnown(pools.pool(user.poolId), given);
      return changed(pools, user, { attributes: { ...user.attributes, ...given } });
    },
    AdminUserGlobalSignOut: (user) => {
      signOut(pools, user);
      return {};
    },
  };
}

function membershipOperations(pools: Pools): Readonly<Record<string, OfUser>> {
  return {
    AdminAddUserToGroup: (user, input) => {
      const group = existingGroup(pools, user.poolId, input);
      return changed(pools, user, { groups: [...new Set([...user.groups, group])] });
    },
    AdminRemoveUserFromGroup: (user, input) => {
      const group = existingGroup(pools, user.poolId, input);
      return changed(pools, user, { groups: user.groups.filter((name) => name !== group) });
    },
    AdminListGroupsForUser: (user) => ({
      Groups: pools
        .groupsOf(user.poolId)
        .filter(({ outputs }) => user.groups.includes(String(outputs.name)))
        .map(describeGroup),
    }),
  };
}

function changed(pools: Pools, user: User, change: Partial<User>): JsonInput {
  pools.save(Object.assign(user, change));
  return {};
}

async function createUser(pools: Pools, poolId: string, input: JsonInput): Promise<JsonInput> {
  if (input.MessageAction === "RESEND")
    throw notSupported("cognito", "MessageAction RESEND of AdminCreateUser");
  const pool = pools.pool(poolId);
  const user = newUser(pools, pool, required(input, "Username"), attributesOf(input.UserAttributes));
  const password = textOf(input.TemporaryPassword) ?? `${randomBytes(6).toString("base64url")}aA1!`;
  checkPassword(pool, password);
  Object.assign(user, { ...temporary(pools, user, password), status: "FORCE_CHANGE_PASSWORD" });
  const response = await runTrigger(pools.cloud, pool, {
    ...{ trigger: "preSignUp", source: "PreSignUp_AdminCreateUser", user },
    clientId: "CLIENT_ID_NOT_APPLICABLE",
    request: {
      validationData: attributesOf(input.ValidationData),
      clientMetadata: textsOf(input, "ClientMetadata"),
    },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  });
  if (response?.autoVerifyEmail === true) user.attributes = { ...user.attributes, email_verified: "true" };
  pools.save(user);
  const canBeTold = user.attributes.email !== undefined || user.attributes.phone_number !== undefined;
  if (input.MessageAction !== "SUPPRESS" && canBeTold) sendInvitation(pools, user, password);
  return { User: describeUser(user) };
}

function temporary(pools: Pools, user: User, password: string): Partial<User> {
  const policy = settingsOf(pools.pool(user.poolId), "passwordPolicy");
  const days = numberOf(policy.temporaryPasswordValidityDays) ?? 7;
  return {
    password: verifierOf(user.poolId, user.username, password),
    passwordExpiresAt: pools.cloud.clock.now() + days * 86_400_000,
  };
}

function describeUser(user: User) {
  return {
    Username: user.username,
    Attributes: attributeList({ sub: user.sub, ...user.attributes }),
    UserCreateDate: user.createdAt / 1000,
    UserLastModifiedDate: user.changedAt / 1000,
    Enabled: user.enabled,
    UserStatus: user.status,
  };
}

function describeGroup({ inputs, outputs }: { inputs: JsonInput; outputs: JsonInput }): JsonInput {
  return {
    GroupName: outputs.name,
    UserPoolId: inputs.userPoolId,
    Description: inputs.description,
    RoleArn: inputs.roleArn,
    Precedence: inputs.precedence,
  };
}

function existingGroup(pools: Pools, poolId: string, input: JsonInput): string {
  const name = required(input, "GroupName");
  if (!pools.groups.has(`${poolId}/${name}`)) throw resourceNotFound("Group not found.");
  return name;
}

/** `attribute = "value"` or `attribute ^= "begin"`. */
function filterOf(filter: string | undefined): (user: User) => boolean {
  if (filter === undefined) return () => true;
  const [, name = "", operator, value = ""] = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"(.*)"\s*$/.exec(filter) ?? [];
  if (operator === undefined) throw invalidParameter(`Error while parsing filter: ${filter}`);
  return (user) => {
    const known: Readonly<Record<string, string>> = {
      ...user.attributes,
      ...{ sub: user.sub, username: user.username, "cognito:user_status": user.status },
      status: user.enabled ? "Enabled" : "Disabled",
    };
    const actual = known[name] ?? "";
    return operator === "=" ? actual === value : actual.startsWith(value);
  };
}

/** @param tokenName how the operation calls its page token; it is the number of the next user */
function page(users: readonly User[], input: JsonInput, tokenName: string): JsonInput {
  const start = numberOf(input[tokenName]) ?? 0;
  const end = start + (numberOf(input.Limit) ?? 60);
  const next = end < users.length ? { [tokenName]: String(end) } : {};
  return { Users: users.slice(start, end).map(describeUser), ...next };
}
