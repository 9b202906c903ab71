import * as pulumi from "@pulumi/pulumi";
import type { Context } from "aws-lambda";
import { bundleCallback } from "./bundler/callback.ts";
import { bundleEntry, type Schemas } from "./bundler/entry.ts";

/**
 * A function written in the Pulumi program itself. It may use values and outputs of the program (`table.name.get()`);
 * modules it imports within its body: `await import("node:crypto")`.
 */
export type MagicFunction = (event: never, context: Context) => Promise<unknown>;

/** Where a function's code comes from: exactly one of both. */
export interface FunctionCode {
  /** Path of a module that exports `handler`, from the project root. */
  readonly entry?: string;
  readonly callback?: MagicFunction;
  /** zod schemas that the entry uses: it imports their validators from "virtual:schemas", by these names. */
  readonly schemas?: Schemas;
  /** Values made of JSON that the entry uses: it imports them from "virtual:constants", by these names. */
  readonly constants?: Readonly<Record<string, unknown>>;
}

/** What Lambda calls in every archive. */
export const HANDLER = "index.handler";

/**
 * Bundles a function's code into an archive of one file. Its path is relative, so that plans do not depend on where
 * the project lies.
 * @throws pulumi.RunError, whose message alone is shown to the user
 */
export async function archiveOf(
  name: string,
  { entry, callback, schemas, constants }: FunctionCode,
): Promise<pulumi.asset.Archive> {
  try {
    const file = callback
      ? await bundleCallback(name, callback)
      : await bundleEntry(entry ?? "", process.cwd(), { schemas, constants });
    return new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.FileAsset(file) });
  } catch (error) {
    throw new pulumi.RunError(
      `AlarmedFunction "${name}": ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
