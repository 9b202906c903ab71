/** The secret that the application logs in with. */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { clientSettings } from "../shared/aws-client.ts";
import type { Credentials } from "./users.ts";

export interface AppSecret {
  /**
   * A version: the current one, or the one of that id.
   * @returns undefined when there is none, or it has no value
   */
  read(versionId?: string): Promise<Credentials | undefined>;
  /** Adds a version; the same id again, with another value, is refused. */
  write(versionId: string, credentials: Credentials, stage: "AWSCURRENT" | "AWSPENDING"): Promise<void>;
  /** Ids of the versions, with the labels that they carry. */
  versions(): Promise<Readonly<Record<string, readonly string[]>>>;
  /** Makes a version the current one; it is no longer pending. */
  promote(versionId: string, from: string | undefined): Promise<void>;
}

export function openAppSecret(arn: string): AppSecret {
  const client = new SecretsManagerClient(clientSettings(3_000));
  return {
    async read(VersionId) {
      try {
        const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn, VersionId }));
        return SecretString === undefined ? undefined : credentialsIn(SecretString);
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
    async write(versionId, { username, password }, stage) {
      await client.send(
        new PutSecretValueCommand({
          SecretId: arn,
          ClientRequestToken: versionId,
          SecretString: JSON.stringify({ username, password }),
          VersionStages: [stage],
        }),
      );
    },
    async versions() {
      const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: arn }));
      return VersionIdsToStages;
    },
    async promote(versionId, from) {
      await client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: arn,
          VersionStage: "AWSCURRENT",
          MoveToVersionId: versionId,
          RemoveFromVersionId: from,
        }),
      );
    },
  };
}

function credentialsIn(text: string): Credentials {
  const { username, password } = JSON.parse(text) as Partial<Credentials>;
  if (username === undefined || password === undefined) {
    throw new Error("The secret must be JSON with username and password");
  }
  return { username, password };
}
