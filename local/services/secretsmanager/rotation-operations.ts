/** The calls that set up, start and end rotations. https://docs.aws.amazon.com/secretsmanager/latest/apireference/ */
import { AwsError, UserError } from "../../core/errors.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import { type Find, invalid, optional, required } from "./parameters.ts";
import { checkRules, type RotationRules } from "./rotation-rules.ts";
import type { Rotations } from "./rotations.ts";
import type { Secret, SecretStore } from "./store.ts";

export function rotationOperations(
  cloud: Cloud,
  store: SecretStore,
  rotations: Rotations,
  find: Find,
): JsonOperations {
  return {
    RotateSecret: (input, call) => {
      const secret = find("RotateSecret", input, call);
      configure(cloud, store, rotations, { secret, input, call });
      const token = optional(input, "ClientRequestToken");
      const now = input.RotateImmediately !== false;
      const VersionId = now ? rotations.rotate(secret, token) : rotations.test(secret);
      return { ARN: secret.arn, Name: secret.name, VersionId };
    },
    CancelRotateSecret: (input, call) => {
      const secret = find("CancelRotateSecret", input, call);
      rotations.cancel(secret);
      delete secret.rotation;
      store.save();
      return { ARN: secret.arn, Name: secret.name };
    },
    UpdateSecretVersionStage: (input, call) => {
      const secret = find("UpdateSecretVersionStage", input, call);
      moveStage(store, secret, input);
      return { ARN: secret.arn, Name: secret.name };
    },
  };
}

interface Configuration {
  readonly secret: Secret;
  readonly input: JsonInput;
  readonly call: AwsCall;
}

/** Takes over the parts of the rotation that the call names; one that cannot work leaves all as it was. */
function configure(
  cloud: Cloud,
  store: SecretStore,
  rotations: Rotations,
  { secret, input, call }: Configuration,
): void {
  const { rotation } = secret;
  const functionArn = optional(input, "RotationLambdaARN") ?? rotation?.functionArn;
  const rules = (input.RotationRules as RotationRules | undefined) ?? rotation?.rules ?? {};
  if (functionArn === undefined) return;
  cloud.authorize(call.principal, [{ action: "lambda:InvokeFunction", resource: functionArn }]);
  try {
    checkRules(rules);
  } catch (error) {
    throw error instanceof UserError ? invalid(error.message) : error;
  }
  const isNew = input.RotationLambdaARN !== undefined || input.RotationRules !== undefined;
  const since = isNew || !rotation ? cloud.clock.now() : rotation.since;
  rotations.check({ ...secret, rotation: { functionArn, rules, since } });
  secret.rotation = { functionArn, rules, since };
  rotations.cancel(secret);
  store.save();
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html */
function moveStage(store: SecretStore, secret: Secret, input: JsonInput): void {
  const stage = required(input, "VersionStage");
  const from = optional(input, "RemoveFromVersionId");
  const to = optional(input, "MoveToVersionId");
  const holder = secret.versions.find(({ stages }) => stages.includes(stage));
  for (const id of [from, to]) {
    if (id === undefined || secret.versions.some((version) => version.id === id)) continue;
    throw new AwsError("ResourceNotFoundException", `Secrets Manager can't find the version ${id}.`);
  }
  if (holder && from !== holder.id && holder.id !== to) {
    const message = `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`;
    throw invalid(message);
  }
  if (from !== undefined && from !== holder?.id) {
    throw invalid(`Staging label ${stage} is not attached to version ${from}.`);
  }
  if (stage === "AWSCURRENT" && to === undefined) {
    throw invalid("You can only move staging label AWSCURRENT to a different secret version.");
  }
  store.moveStage(secret, stage, to);
}
