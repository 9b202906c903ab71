/**
 * AWS Secrets Manager: values with versions and stages. Rotation is recorded, not run.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { SecretsManagerApi } from "../../core/apis.ts";
import { answerJson } from "../../core/protocol.ts";
import { recreate } from "../../core/recreate.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { operations } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { realizers } from "./realize.ts";
import { SecretStore } from "./store.ts";

export const secretsmanager: ServiceDefinition = {
  name: "secretsmanager",
  signingNames: ["secretsmanager"],
  protocol: "json",
  outputs,
  create: createService,
};

function createService(cloud: Cloud): Service {
  const file = cloud.dataFolder === undefined ? undefined : join(cloud.dataFolder, "secrets.json");
  const store = new SecretStore(file);
  const table = operations(cloud, store);
  /** ARNs of the secrets that other services own. */
  const managed = new Set<string>();
  const api: SecretsManagerApi = {
    value: (secretArn) => {
      const secret = store.find(secretArn);
      return secret ? store.version(secret)?.secretString : undefined;
    },
    keep: (arn, name, value) => {
      managed.add(arn);
      const now = cloud.clock.now();
      if (!store.find(arn)) store.add({ arn, name, createdAt: now, changedAt: now, versions: [] });
      const secret = store.get(arn);
      if (store.version(secret)?.secretString === value) return;
      store.put(secret, { id: randomUUID(), secretString: value, createdAt: now, stages: ["AWSCURRENT"] });
    },
    forget: (arn) => store.remove(arn),
  };
  const realize = realizers(cloud, store);
  return {
    api,
    realize,
    reset: () => {
      store.clear(managed);
      return recreate(cloud, realize);
    },
    call: (call) => answerJson("secretsmanager", table, call),
  };
}
