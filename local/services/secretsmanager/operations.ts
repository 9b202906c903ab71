/** The Secrets Manager API. https://docs.aws.amazon.com/secretsmanager/latest/apireference/ */
import { randomUUID } from "node:crypto";
import { AwsError } from "../../core/errors.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import { secretArn } from "./outputs.ts";
import type { Secret, SecretStore, Version } from "./store.ts";

const MAX_SECRET_BYTES = 65_536;
const DEFAULT_PAGE = 100;

/** The secret that a call names, once the caller may do this with it. */
type Find = (action: string, input: JsonInput, call: AwsCall) => Secret;

export function operations(cloud: Cloud, store: SecretStore): JsonOperations {
  const find: Find = (action, input, call) => {
    const id = required(input, "SecretId");
    const resource = store.find(id)?.arn ?? secretArn(cloud.world, id, id);
    cloud.authorize(call.principal, [{ action: `secretsmanager:${action}`, resource }]);
    return store.get(id);
  };
  return { ...readOperations(cloud, store, find), ...writeOperations(cloud, store, find) };
}

function readOperations(cloud: Cloud, store: SecretStore, find: Find): JsonOperations {
  return {
    GetSecretValue: (input, call) => {
      const secret = find("GetSecretValue", input, call);
      const versionId = optional(input, "VersionId");
      const stage = optional(input, "VersionStage");
      const version = store.version(secret, versionId, stage);
      if (!version) throw versionNotFound(versionId ?? stage ?? "AWSCURRENT");
      return { ARN: secret.arn, Name: secret.name, ...secretValueOf(version) };
    },
    DescribeSecret: (input, call) => describe(find("DescribeSecret", input, call)),
    ListSecrets: (input, call) => {
      cloud.authorize(call.principal, [{ action: "secretsmanager:ListSecrets", resource: "*" }]);
      if (input.Filters !== undefined) throw invalid("Filters of ListSecrets are not supported here.");
      const start = Number(optional(input, "NextToken") ?? 0);
      const end = start + Number(input.MaxResults ?? DEFAULT_PAGE);
      const more = end < store.all.length ? { NextToken: String(end) } : {};
      return { SecretList: store.all.slice(start, end).map(describe), ...more };
    },
  };
}

function writeOperations(cloud: Cloud, store: SecretStore, find: Find): JsonOperations {
  const put = (secret: Secret, input: JsonInput): Version => {
    const version = newVersion(input, cloud.clock.now());
    const known = secret.versions.find(({ id }) => id === version.id);
    if (known) return sameValue(known, version);
    store.put(secret, version);
    return version;
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
    RotateSecret: (input, call) => {
      find("RotateSecret", input, call);
      const message = "The local cloud records a secret's rotation but does not run its steps yet.";
      throw new AwsError("NotImplemented", `${message} RotateSecret works on AWS.`, 501);
    },
  };
}

function describe(secret: Secret): JsonInput {
  const { arn, name, description, rotationFunction, rotationRules, createdAt, changedAt, versions } = secret;
  const staged = versions.filter(({ stages }) => stages.length > 0);
  return {
    ARN: arn,
    Name: name,
    ...(description ? { Description: description } : {}),
    RotationEnabled: rotationFunction !== undefined,
    ...(rotationFunction ? { RotationLambdaARN: rotationFunction, RotationRules: rotationRules } : {}),
    CreatedDate: createdAt / 1000,
    LastChangedDate: changedAt / 1000,
    VersionIdsToStages: Object.fromEntries(staged.map(({ id, stages }) => [id, stages])),
  };
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

function required(input: JsonInput, name: string): string {
  const value = optional(input, name);
  if (value) return value;
  throw invalid(`${name} is required.`);
}

function optional(input: JsonInput, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" ? value : undefined;
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

function alreadyExists(name: string): AwsError {
  return new AwsError(
    "ResourceExistsException",
    `The operation failed because the secret ${name} already exists.`,
  );
}

/** A repeated call with the same token and value is answered like the first one. */
function sameValue(known: Version, version: Version): Version {
  const isSame = known.secretString === version.secretString && known.secretBinary === version.secretBinary;
  if (isSame) return known;
  throw new AwsError(
    "ResourceExistsException",
    "A resource with the ID you requested already exists: a version with this ClientRequestToken.",
  );
}

function versionNotFound(what: string): AwsError {
  const message = `Secrets Manager can't find the specified secret value for staging label or version: ${what}`;
  return new AwsError("ResourceNotFoundException", message);
}
