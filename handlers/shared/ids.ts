import { createHash, randomBytes } from "node:crypto";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID of version 7 (RFC 9562): random, and sorted by its time of creation. */
export function newId(now: Date): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  return format(bytes, 7);
}

/** The UUID that always belongs to these parts (version 8: SHA-256 of the parts). */
export function derivedId(...parts: readonly string[]): string {
  return format(createHash("sha256").update(JSON.stringify(parts)).digest().subarray(0, 16), 8);
}

/** Whether a text can be an id that this program made. */
export function isId(text: string | undefined): text is string {
  return text !== undefined && UUID.test(text);
}

function format(bytes: Buffer, version: number): string {
  bytes.writeUInt8((version << 4) | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
