import type { Secret } from "../../../handlers/shared/secrets.ts";

/** A secret that never changes. */
export function fixedSecret(text: string): Secret {
  return { read: async () => text, refresh: async () => text };
}
