import type * as pulumi from "@pulumi/pulumi";
import { AlarmedFunction } from "./alarmed-function.ts";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import type { EventPattern } from "./event-patterns.ts";
import { EventPipeline } from "./event-pipeline.ts";
import { SecureBucket } from "./secure-bucket.ts";
import type { SecureTable } from "./secure-table.ts";
import type { ServiceDashboardArgs } from "./service-dashboard.ts";

export interface AuditLogArgs {
  readonly defaults: StackDefaults;
  /** Whose changes are kept; it must have a stream. */
  readonly table: SecureTable;
  /** Records of the stream that are kept. @default every change */
  readonly filter?: readonly EventPattern[];
  /**
   * How long changes are gathered for one object, in seconds, 0–300: S3 is paid by the object, 5 USD per million.
   * @default 60
   */
  readonly batchingWindowSeconds?: number;
  /** Days in which nobody can delete what was written, in production. @default 365 */
  readonly lockedDays?: number;
}

const DEFAULTS = Object.freeze({ lockedDays: 365, batchingWindowSeconds: 60 });

/**
 * Every change of a table, with the item before and after it, as lines of JSON in a bucket: `audit/2026/01/31/….jsonl`.
 * A change is there a minute after it was made at the latest, at least once; a repeated line has the same `eventId`.
 *
 * Creates: a bucket in which no object can be overwritten (in production none can be deleted either, for `lockedDays`),
 * a function that may do nothing but write there, and its pipeline from the table's stream.
 *
 *     new AuditLog("appointments-audit", { defaults, table });
 */
export class AuditLog extends Component {
  readonly bucket: SecureBucket;
  /** What a dashboard shows of it. */
  readonly watched: ServiceDashboardArgs;

  constructor(name: string, args: AuditLogArgs, opts?: pulumi.ComponentResourceOptions) {
    super("AuditLog", name, {}, opts);
    const parent = { parent: this };
    const { defaults, table, filter, lockedDays = DEFAULTS.lockedDays } = args;
    const { batchingWindowSeconds = DEFAULTS.batchingWindowSeconds } = args;
    this.bucket = new SecureBucket(
      name,
      {
        defaults,
        writeOnce: true,
        ...(defaults.production && { objectLock: { mode: "GOVERNANCE" as const, days: lockedDays } }),
      },
      parent,
    );
    const writer = new AlarmedFunction(
      `${name}-writer`,
      {
        defaults,
        description: "Keeps every change of a table.",
        entry: "handlers/audit/record-changes.ts",
        timeoutSeconds: 30,
        links: { AUDIT_BUCKET: this.bucket.link("write", "audit/*") },
      },
      parent,
    );
    const pipeline = new EventPipeline(
      `${name}-changes`,
      {
        defaults,
        source: { stream: table, ...(filter && { filter }) },
        consumer: writer,
        batch: { batchingWindowSeconds },
      },
      parent,
    );
    this.watched = { functions: [writer], pipelines: [pipeline] };
    this.registerOutputs({ bucket: this.bucket });
  }
}
