/** Who is who: a function calls AWS with an access key of its own, so that the endpoint knows the caller. */
import { createHash } from "node:crypto";

/** The access key id that a function's environment carries. */
export function accessKeyOf(functionArn: string): string {
  return `ASIA${createHash("sha256").update(functionArn).digest("hex").slice(0, 16).toUpperCase()}`;
}

/** The key id of a session of a role, which names the session too: letters and digits as they are, others as `_xx`. */
export function sessionKeyOf(roleArn: string, session: string): string {
  const name = session.replaceAll(
    /[^A-Za-z0-9]/g,
    (sign) => `_${sign.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `${accessKeyOf(roleArn)}${name}`;
}

/** Takes a key id apart: the holder's own key id, and the session's name when it is a session's. */
export function readKey(accessKeyId: string): { readonly holder: string; readonly session?: string } {
  const [, holder, name] = /^(ASIA[0-9A-F]{16})(\w+)$/.exec(accessKeyId) ?? [];
  if (holder === undefined || name === undefined) return { holder: accessKeyId };
  const sign = (_: string, code: string): string => String.fromCharCode(Number.parseInt(code, 16));
  return { holder, session: name.replaceAll(/_([0-9a-f]{2})/g, sign) };
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
