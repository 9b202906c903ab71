import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientSettings } from "./aws-client.ts";

/** A secret that is read when it is needed and remembered for a while. */
export interface Secret {
  /** The secret's text, at most five minutes old. */
  read(): Promise<string>;
  /** Reads it anew because the remembered one was not taken; at most every ten seconds, whoever asks. */
  refresh(): Promise<string>;
}

const MAX_AGE_MS = 5 * 60_000;
const MIN_AGE_MS = 10_000;

/**
 * @param fetchValue reads the secret's current text
 * @param clock milliseconds that never go back
 */
export function cachedSecret(
  fetchValue: () => Promise<string>,
  clock: () => number = () => performance.now(),
): Secret {
  let cached: { readonly at: number; readonly value: Promise<string> } | undefined;
  const youngerThan = (maxAge: number): Promise<string> => {
    if (cached && clock() - cached.at < maxAge) return cached.value;
    const fresh = { at: clock(), value: fetchValue() };
    cached = fresh;
    fresh.value.catch(() => {
      if (cached === fresh) cached = undefined;
    });
    return fresh.value;
  };
  return { read: () => youngerThan(MAX_AGE_MS), refresh: () => youngerThan(MIN_AGE_MS) };
}

/** A secret of Secrets Manager, by ARN. */
export function openSecret(arn: string): Secret {
  const client = new SecretsManagerClient(clientSettings(2000));
  return cachedSecret(async () => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (!SecretString) throw new Error("The secret has no text");
    return SecretString;
  });
}
