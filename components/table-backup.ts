import type * as pulumi from "@pulumi/pulumi";
import { AlarmedFunction } from "./alarmed-function.ts";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import type { ScheduledFunctionArgs } from "./scheduled-function.ts";
import { ScheduledFunction } from "./scheduled-function.ts";
import { SecureBucket } from "./secure-bucket.ts";
import type { SecureTable } from "./secure-table.ts";
import type { ServiceDashboardArgs } from "./service-dashboard.ts";

export interface TableBackupArgs {
  readonly defaults: StackDefaults;
  readonly table: SecureTable;
  /** @default every day at 3 o'clock, UTC */
  readonly schedule?: ScheduledFunctionArgs["schedule"];
  /** Days that a backup is kept. @default 35 */
  readonly keepDays?: number;
}

const DEFAULTS = Object.freeze({
  schedule: "cron(0 3 * * ? *)",
  keepDays: 35,
  // The most that Lambda has: some 10 GB of items.
  timeoutSeconds: 900,
  memoryMegabytes: 512,
});

/**
 * All items of a table in a bucket, regularly, in the form that DynamoDB imports into a new table. `npm run restore` writes
 * them into one that is there.
 *
 * Creates: a bucket, a function that may read the whole table and write there, and its schedule.
 *
 *     new TableBackup("appointments-backup", { defaults, table });
 */
export class TableBackup extends Component {
  readonly bucket: SecureBucket;
  /** What a dashboard shows of it. */
  readonly watched: ServiceDashboardArgs;

  constructor(name: string, args: TableBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("TableBackup", name, {}, opts);
    const parent = { parent: this };
    const { defaults, table, schedule = DEFAULTS.schedule, keepDays = DEFAULTS.keepDays } = args;
    this.bucket = new SecureBucket(name, { defaults, expirePrefixes: { "backups/": keepDays } }, parent);
    const exporter = new AlarmedFunction(
      `${name}-exporter`,
      {
        defaults,
        description: "Writes all items of a table into a bucket.",
        entry: "handlers/backup/export-table.ts",
        timeoutSeconds: DEFAULTS.timeoutSeconds,
        memoryMegabytes: DEFAULTS.memoryMegabytes,
        links: { TABLE: table.link("scan"), BACKUP_BUCKET: this.bucket.link("write", "backups/*") },
      },
      parent,
    );
    new ScheduledFunction(`${name}-daily`, { defaults, function: exporter, schedule }, parent);
    this.watched = { functions: [exporter] };
    this.registerOutputs({ bucket: this.bucket });
  }
}
