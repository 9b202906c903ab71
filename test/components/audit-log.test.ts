import { expect } from "chai";
import { AuditLog, type AuditLogArgs } from "../../components/audit-log.ts";
import type { StackDefaults } from "../../components/base.ts";
import { SecureTable } from "../../components/secure-table.ts";
import { DEFAULTS } from "./support/functions.ts";
import { documentIn, record } from "./support/recorder.ts";

const auditLog = (defaults: StackDefaults = DEFAULTS, more: Partial<AuditLogArgs> = {}) => {
  const table = new SecureTable("orders", { defaults, partitionKey: "pk", stream: true });
  return new AuditLog("orders-audit", { defaults, table, ...more });
};

interface Document {
  readonly Statement: readonly {
    readonly Sid?: string;
    readonly Effect: string;
    readonly Action: readonly string[];
    readonly Resource: unknown;
    readonly Condition?: unknown;
  }[];
}

describe("AuditLog", () => {
  it("refuses every write over an object, whoever asks", async () => {
    const recording = await record(() => auditLog());
    const policy = documentIn(recording.one("aws:s3/bucketPolicy:BucketPolicy"), "policy") as Document;
    expect(policy.Statement.find(({ Sid }) => Sid === "NewObjectsOnly")).to.deep.include({
      Effect: "Deny",
      Action: ["s3:PutObject"],
      Condition: { Null: { "s3:if-none-match": "true" }, Bool: { "s3:ObjectCreationOperation": "true" } },
    });
  });

  it("has a writer that may write below audit/ and read its stream, and nothing else", async () => {
    const recording = await record(() => auditLog());
    const grants = recording
      .all("aws:iam/rolePolicy:RolePolicy")
      .flatMap((policy) => (documentIn(policy, "policy") as Document).Statement)
      .flatMap(({ Action }) => Action)
      .filter((action) => !/^(logs|xray|sqs):/.test(action));
    expect(grants).to.have.members([
      "s3:PutObject",
      "dynamodb:DescribeStream",
      "dynamodb:GetRecords",
      "dynamodb:GetShardIterator",
      "dynamodb:ListStreams",
    ]);
  });

  it("gathers the changes of a minute for one object, or of as long as it is told", async () => {
    const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
    const windowOf = async (given: { readonly batchingWindowSeconds?: number }) =>
      (await record(() => auditLog(DEFAULTS, given))).one(MAPPING).inputs.maximumBatchingWindowInSeconds;
    expect(await windowOf({})).to.equal(60);
    expect(await windowOf({ batchingWindowSeconds: 0 })).to.equal(0);
  });

  it("cannot be deleted for a year in production, and goes with the stack in development", async () => {
    const LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
    const production = await record(() => auditLog({ ...DEFAULTS, production: true }));
    expect(production.one(LOCK).inputs.rule).to.deep.equal({
      defaultRetention: { mode: "GOVERNANCE", days: 365 },
    });
    (await record(() => auditLog())).none(LOCK);
  });
});
