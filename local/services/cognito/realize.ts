/** Keeps the pools in step with the program. Users that people made stay; those of the program are the program's. */
import { notSupported } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Realizer } from "../../core/service.ts";
import { textMapOf, textOf } from "../apigateway/json.ts";
import { typeToken } from "./outputs.ts";
import type { Pools } from "./pools.ts";
import { newUser } from "./sign-up.ts";
import { verifierOf } from "./srp.ts";
import { checkTriggers } from "./triggers.ts";

/** Realizers by type token. */
export function realizers(pools: Pools): Readonly<Record<string, Realizer>> {
  const warn = ({ name, type }: Resource, why: string): void => {
    const kind = type.slice(type.lastIndexOf(":") + 1);
    pools.cloud.log({
      kind: "warning",
      source: "cognito",
      message: `${kind} ${name} has no effect here: ${why}`,
    });
  };
  const table: Readonly<Record<string, Realizer>> = {
    UserPool: kept(pools.pools, checkPool),
    UserPoolClient: kept(pools.clients),
    UserGroup: kept(pools.groups),
    User: {
      create: (resource) => putUser(pools, resource),
      update: (resource) => putUser(pools, resource),
      delete: ({ inputs }) => {
        const user = pools.findUser(String(inputs.userPoolId), String(inputs.username));
        if (user) pools.remove(user);
      },
    },
    UserInGroup: {
      create: ({ inputs }) => setMembership(pools, inputs, true),
      delete: ({ inputs }) => setMembership(pools, inputs, false),
    },
    UserPoolDomain: { create: (resource) => warn(resource, "the hosted sign-in pages are not served.") },
    ResourceServer: {
      create: (resource) => warn(resource, "tokens get its scopes only from a preTokenGeneration function."),
    },
  };
  return Object.fromEntries(Object.entries(table).map(([name, each]) => [typeToken(name), each]));
}

function checkPool(pool: Resource): void {
  checkTriggers(pool);
  if (pool.inputs.mfaConfiguration === "ON")
    throw notSupported("cognito", `mfaConfiguration ON (UserPool ${pool.name})`);
}

function kept(resources: Map<string, Resource>, check: (resource: Resource) => void = () => {}): Realizer {
  const put = (resource: Resource): void => {
    check(resource);
    resources.set(resource.id, resource);
  };
  return { create: put, update: put, delete: ({ id }) => void resources.delete(id) };
}

function putUser(pools: Pools, { inputs, outputs }: Resource): void {
  const poolId = String(inputs.userPoolId);
  const username = String(inputs.username);
  const attributes = { ...textMapOf(inputs.attributes), sub: String(outputs.sub) };
  const user = pools.findUser(poolId, username) ?? newUser(pools, pools.pool(poolId), username, attributes);
  const { sub, ...given } = attributes;
  const permanent = textOf(inputs.password);
  const password = permanent ?? textOf(inputs.temporaryPassword);
  user.attributes = { ...user.attributes, ...given };
  user.enabled = inputs.enabled !== false;
  if (password !== undefined) user.password = verifierOf(poolId, user.username, password);
  if (user.status === "UNCONFIRMED")
    user.status = permanent === undefined ? "FORCE_CHANGE_PASSWORD" : "CONFIRMED";
  pools.save(user);
}

function setMembership(pools: Pools, inputs: Resource["inputs"], isMember: boolean): void {
  const user = pools.findUser(String(inputs.userPoolId), String(inputs.username));
  if (!user) return;
  const others = user.groups.filter((name) => name !== inputs.groupName);
  user.groups = isMember ? [...others, String(inputs.groupName)] : others;
  pools.save(user);
}
