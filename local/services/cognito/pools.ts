/** The user pools, clients and groups of the program, and their users. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from "node:crypto";
import type { PublicKey } from "../../core/apis.ts";
import type { Resource } from "../../core/graph.ts";
import { JsonFile } from "../../core/json-file.ts";
import type { Cloud } from "../../core/service.ts";
import { listOf, objectOf } from "../apigateway/json.ts";
import { resourceNotFound, userNotFound } from "./errors.ts";
import { poolEndpoint } from "./outputs.ts";
import type { User } from "./user.ts";

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
}

interface Content {
  readonly users: readonly User[];
  /** PEM of the private key by pool. */
  readonly keys: Readonly<Record<string, { readonly kid: string; readonly pem: string }>>;
}

export class Pools {
  readonly cloud: Cloud;
  readonly pools = new Map<string, Resource>();
  readonly clients = new Map<string, Resource>();
  /** By id, `<pool>/<name>`. */
  readonly groups = new Map<string, Resource>();
  readonly #users = new Map<string, User>();
  readonly #keys = new Map<string, SigningKey>();
  readonly #file: JsonFile<Content>;

  /** @param file where users and keys survive a restart; without it they live in memory only */
  constructor(cloud: Cloud, file: string | undefined) {
    this.cloud = cloud;
    this.#file = new JsonFile(file, "users");
    const content = this.#file.read();
    for (const user of content?.users ?? []) this.#users.set(keyOf(user.poolId, user.username), user);
    for (const [poolId, { kid, pem }] of Object.entries(content?.keys ?? {}))
      this.#keys.set(poolId, signingKey(kid, createPrivateKey(pem)));
  }

  /** @throws AwsError ResourceNotFoundException */
  pool(poolId: string): Resource {
    const pool = this.pools.get(poolId);
    if (!pool) throw resourceNotFound(`User pool ${poolId} does not exist.`);
    return pool;
  }

  /** @throws AwsError ResourceNotFoundException */
  client(clientId: string): Resource {
    const client = this.clients.get(clientId);
    if (!client) throw resourceNotFound(`User pool client ${clientId} does not exist.`);
    return client;
  }

  groupsOf(poolId: string): readonly Resource[] {
    return [...this.groups.values()].filter(({ inputs }) => inputs.userPoolId === poolId);
  }

  usersOf(poolId: string): readonly User[] {
    return [...this.#users.values()].filter((user) => user.poolId === poolId);
  }

  /** By user name, `sub`, or an attribute that the pool takes for signing in. */
  findUser(poolId: string, name: string): User | undefined {
    const direct = this.#users.get(keyOf(poolId, name));
    if (direct) return direct;
    const { usernameAttributes, aliasAttributes } = this.pool(poolId).inputs;
    const aliases = [...listOf(usernameAttributes), ...listOf(aliasAttributes)].map(String);
    return this.usersOf(poolId).find(
      ({ sub, attributes }) =>
        sub === name || aliases.some((alias) => attributes[alias]?.toLowerCase() === name.toLowerCase()),
    );
  }

  /** @throws AwsError UserNotFoundException */
  user(poolId: string, name: string): User {
    const user = this.findUser(poolId, name);
    if (!user) throw userNotFound();
    return user;
  }

  /** Keeps a user, new or changed. */
  save(user: User): void {
    user.changedAt = this.cloud.clock.now();
    this.#users.set(keyOf(user.poolId, user.username), user);
    this.#write();
  }

  remove({ poolId, username }: User): void {
    this.#users.delete(keyOf(poolId, username));
    this.#write();
  }

  /** Removes all users; keys stay, so that the tokens that were given out can be read. */
  removeUsers(): void {
    this.#users.clear();
    this.#write();
  }

  /** The key that a pool signs its tokens with; made when it is first needed. */
  keyOf(poolId: string): SigningKey {
    const existing = this.#keys.get(poolId);
    if (existing) return existing;
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = signingKey(randomUUID(), privateKey);
    this.#keys.set(poolId, key);
    this.#write();
    return key;
  }

  /** The pool that issues tokens under this name. */
  poolOfIssuer(issuer: string): string | undefined {
    return [...this.pools.keys()].find((poolId) => issuer === `https://${poolEndpoint(poolId)}`);
  }

  #write(): void {
    const keys = [...this.#keys].map(([poolId, { kid, privateKey }]) => {
      const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      return [poolId, { kid, pem }];
    });
    this.#file.write({ users: [...this.#users.values()], keys: Object.fromEntries(keys) });
  }
}

/** What a client or pool was given or got, as an object. */
export function settingsOf({ outputs }: Resource, name: string): Readonly<Record<string, unknown>> {
  return objectOf(outputs[name]);
}

function keyOf(poolId: string, username: string): string {
  return `${poolId}/${username}`;
}

function signingKey(kid: string, privateKey: KeyObject): SigningKey {
  const jwk = createPublicKey(privateKey).export({ format: "jwk" });
  return { kid, privateKey, publicKey: { ...jwk, kid, alg: "RS256", use: "sig" } };
}
