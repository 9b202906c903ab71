/**
 * AWS Secrets Manager: values with versions and stages, rotation by Lambda functions.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { SecretsManagerApi } from "../../core/apis.ts";
import { AwsError } from "../../core/errors.ts";
import { answerJson } from "../../core/protocol.ts";
import { recreate } from "../../core/recreate.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { operations } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { type NewRotation, realizers } from "./realize.ts";
import { Rotations } from "./rotations.ts";
import { type Secret, SecretStore } from "./store.ts";

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
  const rotations = new Rotations(cloud, store);
  const table = operations(cloud, store, rotations);
  /** By secret: rotations that are set up and did not begin. */
  const configured = new Map<string, NewRotation>();
  /** ARNs of the secrets that other services own. */
  const managed = new Set<string>();
  const api: SecretsManagerApi = {
    value: (secretArn) => {
      const secret = store.find(secretArn);
      return secret ? store.version(secret)?.secretString : undefined;
    },
    rotate: (id) => ({ versionId: rotations.rotate(store.get(id)) }),
    keep: (arn, name, value, renew) => {
      managed.add(arn);
      if (renew) rotations.manage(arn, renew);
      const now = cloud.clock.now();
      if (!store.find(arn)) store.add({ arn, name, createdAt: now, changedAt: now, versions: [] });
      const secret = store.get(arn);
      if (store.version(secret)?.secretString === value) return;
      store.put(secret, { id: randomUUID(), secretString: value, createdAt: now, stages: ["AWSCURRENT"] });
    },
    forget: (arn) => store.remove(arn),
  };
  const realize = realizers(cloud, store, rotations, (arn, rotation) => configured.set(arn, rotation));
  const follow = (): void => {
    for (const [arn, { urn, immediately }] of configured) {
      const start = (): void => begin(cloud, rotations, store.find(arn), immediately);
      const pending = cloud.pending?.(urn);
      // Who fails says so.
      if (pending) pending.then(start, () => undefined);
      else start();
    }
    configured.clear();
    rotations.follow();
  };
  return {
    api,
    realize,
    ready: async () => follow(),
    reset: async () => {
      for (const secret of store.all) rotations.cancel(secret);
      store.clear(managed);
      await recreate(cloud, realize);
      follow();
    },
    call: (call) => answerJson("secretsmanager", table, call),
    busy: () => rotations.busy,
    stop: () => rotations.stop(),
  };
}

/** As RotateSecret does when a deployment sets up a rotation; what AWS would refuse is said. */
function begin(cloud: Cloud, rotations: Rotations, secret: Secret | undefined, immediately: boolean): void {
  if (!secret) return;
  try {
    if (immediately) rotations.rotate(secret);
    else rotations.test(secret);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const message = `${secret.name} is not rotated: ${error.message}`;
    cloud.log({ kind: "warning", source: "secretsmanager", message });
  }
}
