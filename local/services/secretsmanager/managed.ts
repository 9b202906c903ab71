/** Secrets that another service makes and owns: https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html */
import { randomBytes, randomUUID } from "node:crypto";
import type { SecretStore } from "./store.ts";

/** A user's name and a new random password, unless the secret is there already. */
export function keepCredentials(
  store: SecretStore,
  arn: string,
  name: string,
  username: string,
  now: number,
): void {
  if (store.find(arn)) return;
  const secretString = JSON.stringify({ username, password: randomBytes(24).toString("base64url") });
  const version = { id: randomUUID(), secretString, createdAt: now, stages: ["AWSCURRENT"] };
  store.add({ arn, name, createdAt: now, changedAt: now, versions: [version] });
}
