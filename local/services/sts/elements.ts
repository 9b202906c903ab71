/** Parts of STS's answers. */
import { createHash } from "node:crypto";

/** @param content XML, or text without characters that XML escapes */
export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** An id keeps to a principal for life, so it is made of its ARN. @param prefix tells users (AIDA) from roles (AROA) */
export function uniqueId(prefix: "AIDA" | "AROA", principalArn: string): string {
  return prefix + createHash("sha256").update(principalArn).digest("hex").slice(0, 17).toUpperCase();
}
