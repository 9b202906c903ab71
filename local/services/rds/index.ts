/**
 * Amazon Aurora PostgreSQL with its Data API: PGlite, one for each database, started at the first statement. There is no
 * other way to it: no port listens for PostgreSQL's own protocol. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html
 */
import { randomBytes } from "node:crypto";
import type { Resource } from "../../core/graph.ts";
import type { Cloud, Realizer, Service, ServiceDefinition } from "../../core/service.ts";
import { Cluster } from "./cluster.ts";
import { answerer, operationOf } from "./data-api.ts";
import { masterSecretName, outputs } from "./outputs.ts";

export const rds: ServiceDefinition = {
  name: "rds",
  signingNames: ["rds-data"],
  protocol: "rest-json",
  outputs,
  operationOf,
  create: createService,
};

function createService(cloud: Cloud): Service {
  const clusters = new Map<string, Cluster>();
  const find = (arn: string) => [...clusters.values()].find((cluster) => cluster.arn === arn);
  const realizer: Realizer = {
    create(resource) {
      keepMasterSecret(cloud, resource);
      clusters.set(resource.urn, new Cluster(cloud, resource));
    },
    update(resource) {
      clusters.get(resource.urn)?.update(resource);
    },
    async delete(resource) {
      await clusters.get(resource.urn)?.end();
      clusters.delete(resource.urn);
    },
  };
  return {
    realize: { "aws:rds/cluster:Cluster": realizer },
    call: answerer(cloud, (arn) => {
      const cluster = find(arn);
      return cluster?.acceptsDataApi ? cluster : undefined;
    }),
    busy: () => [...clusters.values()].some((cluster) => cluster.busy),
    reset: async () => {
      await Promise.all([...clusters.values()].map((cluster) => cluster.empty()));
    },
    stop: async () => {
      await Promise.all([...clusters.values()].map((cluster) => cluster.end()));
    },
  };
}

/** RDS makes the master user's password itself, and keeps it in a secret of its own; a rotation makes another one. */
function keepMasterSecret(cloud: Cloud, { inputs, outputs: { masterUserSecrets }, urn }: Resource): void {
  const [secret] = (masterUserSecrets ?? []) as readonly { readonly secretArn: string }[];
  if (!secret) return;
  const username = String(inputs.masterUsername ?? "postgres");
  const renew = (): string => JSON.stringify({ username, password: randomBytes(24).toString("base64url") });
  const { secretsmanager } = cloud.services;
  const value = secretsmanager.value(secret.secretArn) ?? renew();
  secretsmanager.keep(secret.secretArn, masterSecretName(urn), value, renew);
}
