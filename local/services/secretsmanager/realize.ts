/** Secrets of the program. What was put into a secret while the cloud ran is kept until the program's value changes. */
import { isDeepStrictEqual } from "node:util";
import { UserError } from "../../core/errors.ts";
import type { Properties, Resource } from "../../core/graph.ts";
import type { Cloud, Realizer } from "../../core/service.ts";
import { checkRules, type RotationRules } from "./rotation-rules.ts";
import type { Rotations } from "./rotations.ts";
import type { Secret, SecretStore, Version } from "./store.ts";

/** A rotation that a deployment has set up. */
export interface NewRotation {
  /** Of the resource. */
  readonly urn: string;
  /** Whether the first one is due now. */
  readonly immediately: boolean;
}

/** @param configured called for each secret that is to be rotated in a new way */
export function realizers(
  cloud: Cloud,
  store: SecretStore,
  rotations: Rotations,
  configured: (secretArn: string, rotation: NewRotation) => void,
): Readonly<Record<string, Realizer>> {
  return {
    "aws:secretsmanager/secret:Secret": {
      create: (resource) => {
        const { description } = resource.outputs;
        const known = store.find(text(resource, "arn"));
        const now = cloud.clock.now();
        if (!known) {
          const { arn, name } = { arn: text(resource, "arn"), name: text(resource, "name") };
          store.add({ arn, name, createdAt: now, changedAt: now, versions: [] });
        }
        const secret = store.get(text(resource, "arn"));
        if (typeof description === "string") secret.description = description;
      },
      update: (resource) => {
        store.get(text(resource, "arn")).description = text(resource, "description");
        store.save();
      },
      delete: (resource) => {
        const secret = store.find(text(resource, "arn"));
        if (secret) rotations.cancel(secret);
        store.remove(text(resource, "arn"));
      },
    },
    "aws:secretsmanager/secretVersion:SecretVersion": {
      create: (resource) => {
        const secret = store.get(text(resource, "secretId"));
        const version = versionOf(resource, cloud.clock.now());
        if (!secret.versions.some(({ id }) => id === version.id)) store.put(secret, version);
      },
      // The secret keeps a version that the program no longer names, as on AWS; a new one takes its stages.
      delete: () => undefined,
    },
    "aws:secretsmanager/secretRotation:SecretRotation": {
      create: (resource) => {
        const secret = store.get(text(resource, "secretId"));
        const functionArn = text(resource, "rotationLambdaArn");
        const rules = rulesOf(resource);
        if (functionArn === "") throw new UserError(managed(resource.name));
        if (isDeepStrictEqual({ functionArn, rules }, known(secret))) return;
        secret.rotation = { functionArn, rules, since: cloud.clock.now() };
        store.save();
        const immediately = resource.outputs.rotateImmediately !== false;
        configured(secret.arn, { urn: resource.urn, immediately });
      },
      delete: (resource) => {
        const secret = store.find(text(resource, "secretId"));
        if (!secret) return;
        rotations.cancel(secret);
        delete secret.rotation;
        store.save();
      },
    },
  };
}

function known({ rotation }: Secret): object | undefined {
  return rotation && { functionArn: rotation.functionArn, rules: rotation.rules };
}

/** @throws UserError */
function rulesOf({ outputs }: Resource): RotationRules {
  const given = (outputs.rotationRules ?? {}) as Properties;
  const { automaticallyAfterDays, duration, scheduleExpression } = given;
  const rules = {
    ...(typeof automaticallyAfterDays === "number" ? { AutomaticallyAfterDays: automaticallyAfterDays } : {}),
    ...(typeof duration === "string" ? { Duration: duration } : {}),
    ...(typeof scheduleExpression === "string" ? { ScheduleExpression: scheduleExpression } : {}),
  };
  checkRules(rules);
  return rules;
}

function managed(name: string): string {
  return `The rotation ${name} has no rotationLambdaArn: the local cloud does not support managed rotation.`;
}

function versionOf(resource: Resource, createdAt: number): Version {
  const { secretString, secretStringWo, secretBinary, versionStages } = resource.outputs;
  const value = secretString ?? secretStringWo;
  return {
    id: text(resource, "versionId"),
    ...(typeof value === "string" ? { secretString: value } : {}),
    ...(typeof secretBinary === "string" ? { secretBinary } : {}),
    createdAt,
    stages: Array.isArray(versionStages) ? versionStages.map(String) : ["AWSCURRENT"],
  };
}

function text(resource: Resource, property: string): string {
  const value = resource.outputs[property];
  return typeof value === "string" ? value : "";
}
