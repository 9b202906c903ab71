/** Names and ids that AWS or Pulumi would invent, made as a pure function of the resource. */
import { createHash } from "node:crypto";
import type { RegisteredResource } from "./graph.ts";
import type { World } from "./service.ts";

/** A stable token of `length` lower-case letters and digits. */
export function token(seed: string, length: number): string {
  const digits = createHash("sha256").update(seed).digest();
  return Array.from({ length }, (_, index) => ((digits[index % digits.length] ?? 0) % 36).toString(36)).join(
    "",
  );
}

/** A stable hexadecimal token of `length` (at most 64) digits. */
export function hexToken(seed: string, length: number): string {
  return createHash("sha256").update(seed).digest("hex").slice(0, length);
}

/** A stable id in the form of a UUID. */
export function uuid(seed: string): string {
  const digits = hexToken(seed, 32);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join("-");
}

/**
 * The physical name: the one the program gives in `property`, else Pulumi's auto-name (logical name, dash, 7 hex digits).
 * https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
 */
export function physicalName(resource: RegisteredResource, property = "name"): string {
  const given = resource.inputs[property];
  if (typeof given === "string" && given !== "") return given;
  const prefix = resource.inputs[`${property}Prefix`];
  if (typeof prefix === "string") return `${prefix}${hexToken(resource.urn, 26)}`;
  return `${resource.name}-${hexToken(resource.urn, 7)}`;
}

/** `arn:aws:<service>:<region>:<account>:<rest>` */
export function arn(world: World, service: string, rest: string): string {
  return `arn:aws:${service}:${world.region}:${world.account}:${rest}`;
}
