/** Secrets of the program. What was put into a secret while the cloud ran is kept until the program's value changes. */
import type { Resource } from "../../core/graph.ts";
import type { Cloud, Realizer } from "../../core/service.ts";
import type { SecretStore, Version } from "./store.ts";

export function realizers(cloud: Cloud, store: SecretStore): Readonly<Record<string, Realizer>> {
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
      delete: (resource) => store.remove(text(resource, "arn")),
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
        secret.rotationFunction = text(resource, "rotationLambdaArn");
        secret.rotationRules = resource.outputs.rotationRules;
        const message = `The rotation of ${secret.name} is recorded; the local cloud does not run rotations yet.`;
        cloud.log({ kind: "notice", source: "secretsmanager", message });
      },
    },
  };
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
