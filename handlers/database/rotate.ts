/**
 * Rotates the application's password: two users take turns, so that whoever still has the one before is let in.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-strategies.html
 */
import type { SecretsManagerRotationEvent } from "aws-lambda";
import { logger } from "../shared/logger.ts";
import { type Administration, openAdministration } from "./administration.ts";
import type { AppSecret } from "./app-secret.ts";
import { alternateOf, canServe, newPassword, setPassword } from "./users.ts";

export type RotationStep = SecretsManagerRotationEvent["Step"];

/** Carries out one step for one version. Every step may be repeated. */
export async function rotate(
  administration: Administration,
  step: RotationStep,
  versionId: string,
): Promise<void> {
  const stages = (await administration.secret.versions())[versionId];
  if (!stages) throw new Error(`The secret has no version ${versionId}`);
  if (stages.includes("AWSCURRENT")) return;
  if (!stages.includes("AWSPENDING")) throw new Error(`The version ${versionId} is not pending`);
  await STEPS[step](administration, versionId);
}

const STEPS: Readonly<
  Record<RotationStep, (administration: Administration, versionId: string) => Promise<void>>
> = {
  async createSecret({ secret, appUser }, versionId) {
    if (await secret.read(versionId)) return;
    const current = await secret.read();
    if (!current) throw new Error("The secret has no current version: deploy first");
    const username = alternateOf(current.username, appUser);
    await secret.write(versionId, { username, password: newPassword() }, "AWSPENDING");
  },

  async setSecret({ secret, master }, versionId) {
    const pending = await needed(secret, versionId);
    const current = await secret.read();
    if (pending.username === current?.username) {
      throw new Error("The pending version is of the user that is in use: its password stays");
    }
    await master.transaction((tx) => setPassword(tx, pending));
  },

  /**
   * The Data API logs in with current versions alone: a pending one can be tested no further than this, and is tried as
   * soon as it is current. Before a rotation is due, Secrets Manager asks with a version that has no value.
   */
  async testSecret({ secret, master, app }, versionId) {
    const pending = await secret.read(versionId);
    if (await secret.read()) await app.one("SELECT 1 AS one");
    if (pending && !(await canServe(master, pending.username))) {
      throw new Error(`${pending.username} may not log in, or lacks the application's permissions`);
    }
  },

  async finishSecret({ secret, app }, versionId) {
    await needed(secret, versionId);
    const versions = Object.entries(await secret.versions());
    const before = versions.find(([, stages]) => stages.includes("AWSCURRENT"))?.[0];
    await secret.promote(versionId, before);
    try {
      await app.one("SELECT 1 AS one");
    } catch (error) {
      if (before !== undefined) await secret.promote(before, versionId);
      throw error;
    }
  },
};

async function needed(secret: AppSecret, versionId: string) {
  const pending = await secret.read(versionId);
  if (!pending) throw new Error(`The version ${versionId} has no value`);
  return pending;
}

/** Invoked by Secrets Manager. */
export async function handler({ Step, ClientRequestToken }: SecretsManagerRotationEvent): Promise<void> {
  await rotate(openAdministration(), Step, ClientRequestToken);
  logger.info("Rotated", { step: Step });
}
