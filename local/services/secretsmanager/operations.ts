/** The Secrets Manager API. https://docs.aws.amazon.com/secretsmanager/latest/apireference/ */
import { randomUUID } from "node:crypto";
import { AwsError } from "../../core/errors.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { Cloud } from "../../core/service.ts";
import { secretArn } from "./outputs.ts";
import { type Find, invalid, optional, required } from "./parameters.ts";
import { randomPassword } from "./random-password.ts";
import { rotationOperations } from "./rotation-operations.ts";
import type { Rotations } from "./rotations.ts";
import type { Secret, SecretStore, Version } from "./store.ts";

const MAX_SECRET_BYTES = 65_536;
const DEFAULT_PAGE = 100;

export function operations(cloud: Cloud, store: SecretStore, rotations: Rotations): JsonOperations {
  const find: Find = (action, input, call) => {
    const id = required(input, "SecretId");
    const resource = store.find(id)?.arn ?? secretArn(cloud.world, id, id);
    cloud.authorize(call.principal, [{ action: `secretsmanager:${action}`, resource }]);
    return store.get(id);
  };
  return {
    ...readOperations(cloud, store, rotations, find),
    ...writeOperations(cloud, store, find),
    ...rotationOperations(cloud, store, rotations, find),
  };
}

function readOperations(cloud: Cloud, store: SecretStore, rotations: Rotations, find: Find): JsonOperations {
  const described = (secret: Secret): JsonInput => describe(secret, rotations.nextOf(secret));
  return {
    GetRandomPassword: (input, call) => {
      cloud.authorize(call.principal, [{ action: "secretsmanager:GetRandomPassword", resource: "*" }]);
      return { RandomPassword: randomPassword(input) };
    },
    GetSecretValue: (input, call) => {
      const secret = find("GetSecretValue", input, call);
      const versionId = optional(input, "VersionId");
      const stage = optional(input, "VersionStage");
      const version = store.version(secret, versionId, stage);
      if (!version || contentOf(version) === undefined) {
        throw versionNotFound(versionId ?? stage ?? "AWSCURRENT");
      }
      return { ARN: secret.arn, Name: secret.name, ...secretValueOf(version) };
    },
    DescribeSecret: (input, call) => described(find("DescribeSecret", input, call)),
    ListSecrets: (input, call) => {
      cloud.authorize(call.principal, [{ action: "secretsmanager:ListSecrets", resource: "*" }]);
      if (input.Filters !== undefined) throw invalid("Filters of ListSecrets are not supported here.");
      const start = Number(optional(input, "NextToken") ?? 0);
      const end = start + Number(input.MaxResults ?? DEFAULT_PAGE);
      const more = end < store.all.length ? { NextToken: String(end) } : {};
      return { SecretList: store.all.slice(start, end).map(described), ...more };
    },
  };
}

function writeOperations(cloud: Cloud, store: SecretStore, find: Find): JsonOperations {
  const put = (secret: Secret, input: JsonInput): Version => {
    const version = newVersion(input, cloud.clock.now());
    const known = secret.versions.find(({ id }) => id === version.id);
    if (known && contentOf(known) !== undefined) return sameValue(known, version);
    const put = { ...version, stages: [...new Set([...(known?.stages ?? []), ...version.stages])] };
    store.put(secret, put);
    return put;
  };
  const putIfGiven = (secret: Secret, input: JsonInput): JsonInput =>
    input.SecretString === undefined && input.SecretBinary === undefined
      ? {}
      : { VersionId: put(secret, input).id };
  return {
    PutSecretValue: (input, call) => {
      const secret = find("PutSecretValue", input, call);
      const { id, stages } = put(secret, input);
      return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stages };
    },
    UpdateSecret: (input, call) => {
      const secret = find("UpdateSecret", input, call);
      secret.description = optional(input, "Description") ?? secret.description ?? "";
      const version = putIfGiven(secret, input);
      store.save();
      return { ARN: secret.arn, Name: secret.name, ...version };
    },
    CreateSecret: (input, call) => {
      const name = required(input, "Name");
      const arn = secretArn(cloud.world, name, randomUUID());
      cloud.authorize(call.principal, [{ action: "secretsmanager:CreateSecret", resource: arn }]);
      if (store.find(name)) throw alreadyExists(name);
      const now = cloud.clock.now();
      const description = optional(input, "Description") ?? "";
      const secret: Secret = { arn, name, description, createdAt: now, changedAt: now, versions: [] };
      store.add(secret);
      return { ARN: arn, Name: name, ...putIfGiven(secret, input) };
    },
  };
}

/** @param next when it is to be rotated next, in milliseconds since the epoch */
function describe(secret: Secret, next: number | undefined): JsonInput {
  const { arn, name, description, rotation, rotatedAt, createdAt, changedAt, versions } = secret;
  const staged = versions.filter(({ stages }) => stages.length > 0);
  return {
    ARN: arn,
    Name: name,
    ...(description ? { Description: description } : {}),
    RotationEnabled: rotation !== undefined,
    ...(rotation ? { RotationLambdaARN: rotation.functionArn, RotationRules: rotation.rules } : {}),
    ...(rotatedAt === undefined ? {} : { LastRotatedDate: rotatedAt / 1000 }),
    ...(next === undefined ? {} : { NextRotationDate: next / 1000 }),
    CreatedDate: createdAt / 1000,
    LastChangedDate: changedAt / 1000,
    VersionIdsToStages: Object.fromEntries(staged.map(({ id, stages }) => [id, stages])),
  };
}

function contentOf({ secretString, secretBinary }: Version): string | undefined {
  return secretString ?? secretBinary;
}

function secretValueOf(version: Version): JsonInput {
  return {
    VersionId: version.id,
    VersionStages: version.stages,
    CreatedDate: version.createdAt / 1000,
    ...(version.secretString === undefined ? {} : { SecretString: version.secretString }),
    ...(version.secretBinary === undefined ? {} : { SecretBinary: version.secretBinary }),
  };
}

function newVersion(input: JsonInput, createdAt: number): Version {
  const secretString = optional(input, "SecretString");
  const secretBinary = optional(input, "SecretBinary");
  const value = secretString ?? secretBinary;
  if (value === undefined) throw invalid("You must provide either SecretString or SecretBinary.");
  if (secretString !== undefined && secretBinary !== undefined) {
    throw invalid("You can't specify both a binary secret value and a string secret value.");
  }
  if (Buffer.byteLength(value) > MAX_SECRET_BYTES)
    throw invalid("The secret value is longer than 65536 bytes.");
  const stages = Array.isArray(input.VersionStages) ? input.VersionStages.map(String) : ["AWSCURRENT"];
  const id = optional(input, "ClientRequestToken") ?? randomUUID();
  return {
    id,
    createdAt,
    stages,
    ...(secretString === undefined ? { secretBinary: value } : { secretString }),
  };
}

function alreadyExists(name: string): AwsError {
  return new AwsError(
    "ResourceExistsException",
    `The operation failed because the secret ${name} already exists.`,
  );
}

/** A repeated call with the same token and value is answered like the first one. */
function sameValue(known: Version, version: Version): Version {
  if (contentOf(known) === contentOf(version)) return known;
  throw new AwsError(
    "ResourceExistsException",
    "A resource with the ID you requested already exists: a version with this ClientRequestToken.",
  );
}

function versionNotFound(what: string): AwsError {
  const message = `Secrets Manager can't find the specified secret value for staging label or version: ${what}`;
  return new AwsError("ResourceNotFoundException", message);
}
