import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientSettings } from "./aws-client.ts";
import { type Remembered, remembered } from "./remembered.ts";

/** The text of a secret. */
export type Secret = Remembered<string>;

/** A secret of Secrets Manager, by ARN. */
export function openSecret(arn: string): Secret {
  const client = new SecretsManagerClient(clientSettings(2000));
  return remembered(async () => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (!SecretString) throw new Error("The secret has no text");
    return SecretString;
  });
}
