import { expect } from "chai";
import { SecureTable } from "../../components/secure-table.ts";
import { TableBackup } from "../../components/table-backup.ts";
import { DEFAULTS } from "./support/functions.ts";
import { documentIn, record } from "./support/recorder.ts";

const backup = () => {
  const table = new SecureTable("orders", { defaults: DEFAULTS, partitionKey: "pk" });
  return new TableBackup("orders-backup", { defaults: DEFAULTS, table });
};

describe("TableBackup", () => {
  it("runs every night, and keeps backups for 35 days", async () => {
    const recording = await record(backup);
    expect(recording.one("aws:scheduler/schedule:Schedule").inputs).to.include({
      scheduleExpression: "cron(0 3 * * ? *)",
      scheduleExpressionTimezone: "UTC",
    });
    const { rules } = recording.one(
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    ).inputs;
    expect(rules).to.deep.include({
      id: "expire-backups/",
      status: "Enabled",
      filter: { prefix: "backups/" },
      expiration: { days: 35 },
    });
  });

  it("has a function that may read the table and write backups, and nothing else", async () => {
    const recording = await record(backup);
    const policy = recording.one("aws:iam/rolePolicy:RolePolicy", "orders-backup-exporter-policy");
    const { Statement } = documentIn(policy, "policy") as { Statement: { Action: string[] }[] };
    const actions = Statement.flatMap(({ Action }) => Action).filter(
      (action) => !/^(logs|xray):/.test(action),
    );
    expect(actions).to.deep.equal(["dynamodb:Scan", "s3:PutObject"]);
  });
});
