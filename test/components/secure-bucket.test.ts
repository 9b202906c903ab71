import { expect } from "chai";
import type { BucketAccess, SecureBucketArgs } from "../../components/secure-bucket.ts";
import { SecureBucket } from "../../components/secure-bucket.ts";
import { DEFAULTS } from "./support/functions.ts";
import { documentIn, known, record } from "./support/recorder.ts";
import { refusalOf } from "./support/refusal.ts";

const S3 = "aws:s3";
const BUCKET = `${S3}/bucket:Bucket`;
const POLICY = `${S3}/bucketPolicy:BucketPolicy`;
const VERSIONING = `${S3}/bucketVersioning:BucketVersioning`;
const LIFECYCLE = `${S3}/bucketLifecycleConfiguration:BucketLifecycleConfiguration`;
const CORS = `${S3}/bucketCorsConfiguration:BucketCorsConfiguration`;
const LOCK = `${S3}/bucketObjectLockConfiguration:BucketObjectLockConfiguration`;
const LOGGING = `${S3}/bucketLogging:BucketLogging`;
const ARN = "arn:aws:s3:::files-bucket";

const ALWAYS = [
  BUCKET,
  LIFECYCLE,
  `${S3}/bucketNotification:BucketNotification`,
  `${S3}/bucketOwnershipControls:BucketOwnershipControls`,
  POLICY,
  `${S3}/bucketPublicAccessBlock:BucketPublicAccessBlock`,
  `${S3}/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration`,
];

const production = { ...DEFAULTS, production: true };

function files(overrides: Partial<SecureBucketArgs> = {}, name = "files"): SecureBucket {
  return new SecureBucket(name, { defaults: DEFAULTS, ...overrides });
}

async function statementsOf(access: BucketAccess | readonly BucketAccess[], keys?: string) {
  const { result } = await record(() => known(files().link(access, keys).statements));
  return result;
}

async function policyOf(args: Partial<SecureBucketArgs>) {
  const policy = documentIn((await record(() => files(args))).one(POLICY, "files-policy"), "policy");
  return policy as { readonly Statement: readonly Record<string, unknown>[] };
}

describe("SecureBucket", () => {
  it("creates a bucket and what closes it, and nothing else in development", async () => {
    const recording = await record(() => files());
    expect(recording.types()).to.have.members(ALWAYS).and.have.length(ALWAYS.length);
  });

  it("lets nobody in from outside", async () => {
    const recording = await record(() => files());
    expect(recording.one(`${S3}/bucketPublicAccessBlock:BucketPublicAccessBlock`).inputs).to.include({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(recording.one(`${S3}/bucketOwnershipControls:BucketOwnershipControls`).inputs).to.deep.include({
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
  });

  it("refuses calls without TLS, and presigned ones older than ten minutes", async () => {
    expect((await policyOf({})).Statement).to.deep.equal([
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: ["s3:*"],
        Resource: [ARN, `${ARN}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        Sid: "FreshSignaturesOnly",
        Effect: "Deny",
        Principal: "*",
        Action: ["s3:*"],
        Resource: `${ARN}/*`,
        Condition: { NumericGreaterThan: { "s3:signatureAge": "600000" } },
      },
    ]);
    const longer = (await policyOf({ maximumPresignedAgeSeconds: 3_600 })).Statement[1];
    expect(longer?.Condition).to.deep.equal({ NumericGreaterThan: { "s3:signatureAge": "3600000" } });
  });

  it("tells EventBridge of its objects", async () => {
    const recording = await record(() => files());
    expect(recording.one(`${S3}/bucketNotification:BucketNotification`).inputs).to.deep.equal({
      bucket: "files-bucket",
      eventbridge: true,
    });
  });

  it("deletes what is left of broken uploads, and objects under a prefix when asked to", async () => {
    const recording = await record(() => files({ expirePrefixes: { "imports/": 30, "": 365 } }));
    expect(recording.one(LIFECYCLE).inputs.rules).to.deep.equal([
      {
        id: "remains",
        status: "Enabled",
        filter: { prefix: "" },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      },
      { id: "expire-imports/", status: "Enabled", filter: { prefix: "imports/" }, expiration: { days: 30 } },
      { id: "expire-all", status: "Enabled", filter: { prefix: "" }, expiration: { days: 365 } },
    ]);
  });

  it("keeps versions, an access log and the bucket itself in production", async () => {
    const recording = await record(() => files({ defaults: production }));
    expect(recording.one(BUCKET, "files-bucket").protect).to.equal(true);
    expect(recording.one(BUCKET, "files-bucket").inputs).to.include({ forceDestroy: false });
    expect(recording.one(VERSIONING).inputs).to.deep.include({
      bucket: "files-bucket",
      versioningConfiguration: { status: "Enabled" },
    });
    const [remains] = recording.one(LIFECYCLE, "files-lifecycle").inputs.rules as readonly object[];
    expect(remains).to.deep.include({ noncurrentVersionExpiration: { noncurrentDays: 30 } });
    expect(recording.one(LOGGING).inputs).to.deep.equal({
      bucket: "files-bucket",
      targetBucket: "files-access-logs-bucket",
      targetPrefix: "access/",
    });
  });

  it("lets S3 write the log of that one bucket, and gives the log bucket no log of its own", async () => {
    const recording = await record(() => files({ defaults: production }));
    expect(recording.all(BUCKET)).to.have.length(2);
    const policy = documentIn(recording.one(POLICY, "files-access-logs-policy"), "policy");
    const { Statement } = policy as { readonly Statement: readonly unknown[] };
    expect(Statement.at(-1)).to.deep.equal({
      Sid: "AccessLogs",
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: ["s3:PutObject"],
      Resource: "arn:aws:s3:::files-access-logs-bucket/*",
      Condition: {
        ArnEquals: { "aws:SourceArn": ARN },
        StringEquals: { "aws:SourceAccount": "123456789012" },
      },
    });
  });

  it("answers the browser pages of the given origins, uploads alone by default", async () => {
    (await record(() => files({ cors: { allowedOrigins: [] } }))).none(CORS);
    const allowedOrigins = ["https://app.example.com"];
    const recording = await record(() => files({ cors: { allowedOrigins } }));
    const [rule] = recording.one(CORS).inputs.corsRules as readonly object[];
    expect(rule).to.deep.include({ allowedOrigins, allowedMethods: ["POST"] });
  });

  it("locks objects when asked to, and keeps their versions for that", async () => {
    (await record(() => files())).none(LOCK);
    const recording = await record(() => files({ objectLock: { mode: "GOVERNANCE", days: 90 } }));
    expect(recording.one(BUCKET).inputs).to.include({ objectLockEnabled: true });
    expect(recording.one(LOCK).inputs).to.deep.include({
      rule: { defaultRetention: { mode: "GOVERNANCE", days: 90 } },
    });
    expect(recording.one(VERSIONING).inputs).to.deep.include({
      versioningConfiguration: { status: "Enabled" },
    });
  });

  it("lets the user transform the bucket", async () => {
    const recording = await record(() => files({ transform: { bucket: { forceDestroy: false } } }));
    expect(recording.one(BUCKET).inputs).to.include({ forceDestroy: false });
  });

  describe("link", () => {
    const allow = (...Action: string[]) => ({ Effect: "Allow", Action, Resource: `${ARN}/imports/*` });
    const cases: readonly (readonly [BucketAccess, object])[] = [
      ["read", allow("s3:GetObject")],
      ["write", allow("s3:PutObject")],
      ["multipart", allow("s3:PutObject", "s3:AbortMultipartUpload")],
      ["readWrite", allow("s3:GetObject", "s3:PutObject")],
      ["delete", allow("s3:DeleteObject")],
      [
        "list",
        {
          Effect: "Allow",
          Action: ["s3:ListBucket"],
          Resource: ARN,
          Condition: { StringLike: { "s3:prefix": "imports/*" } },
        },
      ],
    ];
    for (const [access, statement] of cases) {
      it(`grants exactly what "${access}" needs, on these keys`, async () => {
        expect(await statementsOf(access, "imports/*")).to.deep.equal([statement]);
      });
    }

    it("is for all keys when none are given", async () => {
      expect(await statementsOf(["read", "list"])).to.deep.equal([
        { Effect: "Allow", Action: ["s3:GetObject"], Resource: `${ARN}/*` },
        { Effect: "Allow", Action: ["s3:ListBucket"], Resource: ARN },
      ]);
    });

    it("tells the bucket's name", async () => {
      expect((await record(() => known(files().link("read").value))).result).to.equal("files-bucket");
    });
  });

  it("is the parent of what it creates, under its name, so that two do not collide", async () => {
    const { list } = await record(() => [
      files({ defaults: production }),
      files({ defaults: production }, "reports"),
    ]);
    const children = list.filter(({ parent }) => parent !== undefined);
    for (const { name, parent } of children) expect(name).to.match(new RegExp(`^${parent}-`));
    expect(new Set(children.map(({ type, name }) => `${type} ${name}`)).size).to.equal(children.length);
  });

  it("says everything that is wrong with its arguments", async () => {
    const { message, mistakes } = await refusalOf(() =>
      files({
        oldVersionDays: 0,
        objectLock: { mode: "COMPLIANCE", days: 1.5 },
        expirePrefixes: { "/imports/*": 30, "x/": -1 },
        maximumPresignedAgeSeconds: 604_801,
        versioning: false,
        cors: { allowedOrigins: ["*", "https://app.example.com/"] },
      }),
    );
    expect(message).to.match(/^SecureBucket "files": /);
    expect(mistakes).to.deep.equal([
      "oldVersionDays is 0; give whole days, at least 1",
      "objectLock.days is 1.5; give whole days, at least 1",
      'expirePrefixes["/imports/*"] is no prefix; leave out / before and * behind it',
      'expirePrefixes["x/"] is -1; give whole days, at least 1',
      "maximumPresignedAgeSeconds is 604801; S3 takes 1 to 604,800",
      "versioning is false, but objectLock needs it; leave one of them out",
      'cors.allowedOrigins[0] is "*"; give an origin such as https://app.example.com, without * and path',
      'cors.allowedOrigins[1] is "https://app.example.com/"; give an origin such as https://app.example.com, without * and path',
    ]);
  });
});
