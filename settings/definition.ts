/** How the settings of one system are described: its keys in the stack file, and its secrets. */
import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

/** Whether a system can do without a secret. */
export type Need = "required" | "optional";

export type Secrets = Readonly<Record<string, Need>>;

export interface SystemDefinition<Schema extends z.ZodType = z.ZodType, Kept extends Secrets = Secrets> {
  /** What stands under `<project>:<system>` in the stack file. */
  readonly schema: Schema;
  /** Secrets by their name in the settings; `serviceKey` of system `tasks` is the key `<project>:tasksServiceKey`. */
  readonly secrets: Kept;
}

/** What a system gets: its keys, with their defaults, and its secrets. */
export type SettingsOf<Definition> =
  Definition extends SystemDefinition<infer Schema, infer Kept>
    ? Readonly<z.output<Schema>> & {
        readonly [Name in keyof Kept]:
          | pulumi.Output<string>
          | (Kept[Name] extends "optional" ? undefined : never);
      }
    : never;

/** Describes a system and keeps its exact types. */
export function defineSystem<Schema extends z.ZodType, const Kept extends Secrets = Record<never, Need>>(
  schema: Schema,
  secrets: Kept,
): SystemDefinition<Schema, Kept> {
  return { schema, secrets };
}

/** `tasks`, `serviceKey` → `tasksServiceKey` */
export function secretKey(system: string, secret: string): string {
  return `${system}${secret.charAt(0).toUpperCase()}${secret.slice(1)}`;
}

/** The limits of an API key, which every API with keys has. */
export const apiLimits = {
  /** Requests per second of one API key, in the long run. */
  ratePerSecond: z.int().min(1).max(10_000).default(50),
  /** Requests that one API key may make at once above the rate. */
  burst: z.int().min(1).max(5_000).default(100),
  /** Requests per day of one API key. */
  dailyQuota: z.int().min(1).max(100_000_000).default(1_000_000),
};

/** Base URL of a third party. */
export const baseUrl = z.url({ protocol: /^https?$/ });
