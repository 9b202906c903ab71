/** What AWS would return for Secrets Manager's resources. */
import type { RegisteredResource } from "../../core/graph.ts";
import { arn, physicalName, token, uuid } from "../../core/names.ts";
import type { Outputs, OutputsOf, World } from "../../core/service.ts";

/** Ends with a dash and six characters, which tell a secret from an earlier one of the same name. */
export function secretArn(world: World, name: string, seed: string): string {
  return arn(world, "secretsmanager", `secret:${name}-${token(seed, 6)}`);
}

function secret(resource: RegisteredResource, world: World): Outputs {
  const name = physicalName(resource);
  const secretsArn = secretArn(world, name, resource.urn);
  return { id: secretsArn, arn: secretsArn, name, replicas: [] };
}

function secretVersion(resource: RegisteredResource, world: World): Outputs {
  const { secretId, secretString, secretBinary, versionStages } = resource.inputs;
  const owner = typeof secretId === "string" ? secretId : "";
  const versionId = uuid(`${resource.urn}${JSON.stringify([secretString, secretBinary])}`);
  return {
    id: `${owner}|${versionId}`,
    arn: owner.startsWith("arn:") ? owner : secretArn(world, owner, owner),
    versionId,
    versionStages: Array.isArray(versionStages) ? versionStages : ["AWSCURRENT"],
    hasSecretStringWo: false,
  };
}

const onSecret: OutputsOf = (resource) => ({
  id: String(resource.inputs.secretId ?? resource.inputs.secretArn),
});

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:secretsmanager/secret:Secret": secret,
  "aws:secretsmanager/secretPolicy:SecretPolicy": onSecret,
  "aws:secretsmanager/secretRotation:SecretRotation": (resource, world) => ({
    ...onSecret(resource, world),
    rotationEnabled: true,
  }),
  "aws:secretsmanager/secretVersion:SecretVersion": secretVersion,
};
