import { hexToken, physicalName } from "../../core/names.ts";
import type { OutputsOf, World } from "../../core/service.ts";

const DEFAULT_PORT = 5432;

export function clusterArn(world: World, identifier: string): string {
  return `arn:aws:rds:${world.region}:${world.account}:cluster:${identifier}`;
}

/** The secret that RDS itself keeps the master user's password in, with `manageMasterUserPassword`. */
export function masterSecretName(urn: string): string {
  return `rds!cluster-${hexToken(urn, 32)}`;
}

const cluster: OutputsOf = (resource, world) => {
  const { inputs, urn } = resource;
  const identifier = String(inputs.clusterIdentifier ?? physicalName(resource)).toLowerCase();
  const host = `${identifier}.cluster-${hexToken(urn, 12)}.${world.region}.rds.amazonaws.com`;
  const secretArn = `arn:aws:secretsmanager:${world.region}:${world.account}:secret:${masterSecretName(urn)}-${hexToken(urn, 6)}`;
  const kmsKeyId = `arn:aws:kms:${world.region}:${world.account}:key/aws/secretsmanager`;
  return {
    id: identifier,
    clusterIdentifier: identifier,
    arn: clusterArn(world, identifier),
    clusterResourceId: `cluster-${hexToken(urn, 26).toUpperCase()}`,
    endpoint: host,
    readerEndpoint: host.replace(".cluster-", ".cluster-ro-"),
    port: inputs.port ?? DEFAULT_PORT,
    engineVersionActual: inputs.engineVersion ?? "17.5",
    hostedZoneId: "Z29XKXDKYMONMX",
    masterUserSecrets: inputs.manageMasterUserPassword
      ? [{ secretArn, secretStatus: "active", kmsKeyId }]
      : [],
  };
};

const instance: OutputsOf = (resource, world) => {
  const identifier = String(resource.inputs.identifier ?? physicalName(resource)).toLowerCase();
  return {
    id: identifier,
    identifier,
    arn: `arn:aws:rds:${world.region}:${world.account}:db:${identifier}`,
    dbiResourceId: `db-${hexToken(resource.urn, 26).toUpperCase()}`,
    endpoint: `${identifier}.${hexToken(resource.urn, 12)}.${world.region}.rds.amazonaws.com`,
    port: DEFAULT_PORT,
    writer: true,
    storageEncrypted: true,
  };
};

const named =
  (kind: string): OutputsOf =>
  (resource, world) => {
    const name = String(resource.inputs.name ?? physicalName(resource)).toLowerCase();
    return { id: name, name, arn: `arn:aws:rds:${world.region}:${world.account}:${kind}:${name}` };
  };

/** By Pulumi type token. */
export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:rds/cluster:Cluster": cluster,
  "aws:rds/clusterInstance:ClusterInstance": instance,
  "aws:rds/subnetGroup:SubnetGroup": named("subgrp"),
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": named("cluster-pg"),
  "aws:rds/parameterGroup:ParameterGroup": named("pg"),
};
