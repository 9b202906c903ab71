/** Who is who: a function calls AWS with an access key of its own, so that the endpoint knows the caller. */
import { createHash } from "node:crypto";

/** The access key id that a function's environment carries. */
export function accessKeyOf(functionArn: string): string {
  return `ASIA${createHash("sha256").update(functionArn).digest("hex").slice(0, 16).toUpperCase()}`;
}

/** The secret that goes with every access key here; signatures are not checked, so it protects nothing. */
export const SECRET_ACCESS_KEY = "local-cloud-secret-access-key";
