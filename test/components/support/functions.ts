/** Components that others are built with, in their simplest form. */
import { AlarmedFunction } from "../../../components/alarmed-function.ts";
import type { StackDefaults } from "../../../components/base.ts";
import { SecureBucket } from "../../../components/secure-bucket.ts";
import { SecureTable } from "../../../components/secure-table.ts";

export const DEFAULTS: StackDefaults = { production: false, logRetentionDays: 7, alarms: "all" };

export const ENTRY = "test/components/support/answering-handler.ts";

/** Its physical name is `<name>-function`. */
export function functionNamed(name: string, timeoutSeconds = 10): AlarmedFunction {
  return new AlarmedFunction(name, {
    defaults: DEFAULTS,
    description: "Answers.",
    entry: ENTRY,
    timeoutSeconds,
  });
}

/** A table with a stream. */
export function tableNamed(name: string): SecureTable {
  return new SecureTable(name, { defaults: DEFAULTS, partitionKey: "pk", sortKey: "sk", stream: true });
}

/** Its physical name is `<name>-bucket`. */
export function bucketNamed(name: string): SecureBucket {
  return new SecureBucket(name, { defaults: DEFAULTS });
}
