/** How a backup is laid out in its bucket: `backups/<time>/data/00001.json.gz` …, and `manifest.json` once all is there. */

export interface Manifest {
  readonly tableName: string;
  /** When the backup was due, in ISO 8601. */
  readonly scheduledAt: string;
  readonly items: number;
  readonly parts: readonly { readonly key: string; readonly items: number; readonly sha256: string }[];
}

export const MANIFEST = "manifest.json";

/** What the keys of a backup begin with. */
export function prefixOf(scheduledAt: string): string {
  return `backups/${new Date(scheduledAt).toISOString()}/`;
}

/** DynamoDB JSON: as the API writes it, bytes in base64. */
export function serialise(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    part instanceof Uint8Array ? Buffer.from(part).toString("base64") : part,
  );
}
