/** Who is who: a function calls AWS with an access key of its own, so that the endpoint knows the caller. */
import { createHash } from "node:crypto";

/** The access key id that a function's environment carries. */
export function accessKeyOf(functionArn: string): string {
  return `ASIA${createHash("sha256").update(functionArn).digest("hex").slice(0, 16).toUpperCase()}`;
}

const SESSION_TOKEN_PREFIX = "local-cloud-session-";

/** The session token of an environment: it marks credentials of a role, and tells the environment of a call. */
export function sessionTokenOf(environmentId: string): string {
  return `${SESSION_TOKEN_PREFIX}${environmentId}`;
}

/** The environment that a session token stands for. */
export function environmentOf(sessionToken: string | undefined): string | undefined {
  if (!sessionToken?.startsWith(SESSION_TOKEN_PREFIX)) return undefined;
  return sessionToken.slice(SESSION_TOKEN_PREFIX.length);
}

/** The secret that goes with every access key here; signatures are not checked, so it protects nothing. */
export const SECRET_ACCESS_KEY = "local-cloud-secret-access-key";
