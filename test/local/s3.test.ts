import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import { AwsError } from "../../local/core/errors.ts";
import type { Properties } from "../../local/core/graph.ts";
import { s3 } from "../../local/services/s3/index.ts";
import { DataCloud, errorOf, REGION } from "./support/data-cloud.ts";

const Bucket = "files-bucket";
const PART_BYTES = 5 * 1024 * 1024;

describe("S3", () => {
  let cloud: DataCloud;
  let client: S3Client;

  before(async () => {
    cloud = await DataCloud.start([s3]);
    client = new S3Client({ ...cloud.asUser, forcePathStyle: true });
    await cloud.declare("aws:s3/bucket:Bucket", "files", { bucket: Bucket });
  });

  after(() => cloud.stop());

  const put = (Key: string, Body: string | Buffer, more = {}) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const get = async (Key: string) =>
    (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

  it("names buckets as AWS may name them and knows their addresses", async () => {
    const bucket = await cloud.declare("aws:s3/bucketV2:BucketV2", "Upper_Case");
    expect(bucket.id).to.match(/^upper-case-[0-9a-f]{7}$/);
    expect(bucket.outputs).to.include({
      bucket: bucket.id,
      arn: `arn:aws:s3:::${bucket.id}`,
      hostedZoneId: "Z1BKCTXD74EZPE",
      region: REGION,
    });
    expect(bucket.outputs.bucketRegionalDomainName).to.equal(`${bucket.id}.s3.${REGION}.amazonaws.com`);
    const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket }));
    expect(LocationConstraint).to.equal(REGION);
  });

  it("keeps objects with their content type and metadata, under any key", async () => {
    for (const Key of ["plain.txt", "a folder/ünï+code & 100%.txt", "deep/er/../x".replace("/..", "")]) {
      await put(Key, "content", { ContentType: "text/plain", Metadata: { owner: "ana" } });
      const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
      expect(head).to.deep.include({
        ContentType: "text/plain",
        ContentLength: 7,
        Metadata: { owner: "ana" },
      });
      expect(await get(Key)).to.equal("content");
    }
  });

  it("takes objects that are larger than 11 MiB", async () => {
    await put("large", Buffer.alloc(12 * 1024 * 1024, "x"));
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: "large" }))).ContentLength).to.equal(
      12 * 1024 * 1024,
    );
  });

  it("lists by prefix, page by page, in the order of AWS, whatever the keys", async () => {
    const keys = ["list/B", "list/_", "list/a", "list/a-b", "list/a/b", "list/é"];
    for (const key of keys) await put(key, "x");
    const listed: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket, Prefix: "list/", MaxKeys: 2, ContinuationToken }),
      );
      listed.push(...(page.Contents ?? []).map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(listed).to.deep.equal(["list/B", "list/_", "list/a", "list/a-b", "list/a/b", "list/é"]);
  });

  it("lists common prefixes once each, however the pages fall", async () => {
    for (const key of ["tree/a/1", "tree/a/2", "tree/b", "tree/c/1", "tree/d/1"]) await put(key, "x");
    for (const MaxKeys of [1, 2, 3, 4]) {
      const listed: (string | undefined)[] = [];
      let ContinuationToken: string | undefined;
      do {
        const query = { Bucket, Prefix: "tree/", Delimiter: "/", MaxKeys, ContinuationToken };
        const page = await client.send(new ListObjectsV2Command(query));
        const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix);
        listed.push(...[...(page.Contents ?? []).map(({ Key }) => Key), ...prefixes].sort());
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      expect(listed, `${MaxKeys} a page`).to.deep.equal(["tree/a/", "tree/b", "tree/c/", "tree/d/"]);
    }
  });

  it("uploads in parts, copies and deletes", async () => {
    const Key = "parts";
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const bodies = [Buffer.alloc(PART_BYTES, "a"), Buffer.from("end")];
    const Parts = await Promise.all(
      bodies.map(async (Body, index) => {
        const part = { Bucket, Key, UploadId, PartNumber: index + 1 };
        const { ETag } = await client.send(new UploadPartCommand({ ...part, Body }));
        return { ETag, PartNumber: index + 1 };
      }),
    );
    await client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    );
    await client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/${Key}` }));
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: "copy" }))).ContentLength).to.equal(
      PART_BYTES + 3,
    );
    const other = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other.UploadId }));
    const Objects = [{ Key }, { Key: "copy" }];
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(await errorOf(get("copy"))).to.equal("NoSuchKey");
  });

  it("writes under a condition once", async () => {
    const headers = { authorization: "AWS4-HMAC-SHA256", "if-none-match": "*" };
    const write = { method: "PUT", path: `/${Bucket}/once`, headers };
    const writes = ["1", "2", "3"].map((text) =>
      errorCodeOf(cloud.call("s3", { ...write, body: Buffer.from(text) })),
    );
    expect(await Promise.all(writes)).to.deep.equal([
      undefined,
      "ConditionalRequestConflict",
      "ConditionalRequestConflict",
    ]);
    expect(await errorOf(put("once", "4", { IfNoneMatch: "*" }))).to.equal("PreconditionFailed");
    const { ETag } = await client.send(new HeadObjectCommand({ Bucket, Key: "once" }));
    expect(await errorOf(put("once", "4", { IfMatch: '"other"' }))).to.equal("PreconditionFailed");
    await put("once", "5", { IfMatch: ETag });
    expect(await get("once")).to.equal("5");
  });

  it("puts the program's objects, and replaces and removes them", async () => {
    const type = "aws:s3/bucketObjectv2:BucketObjectv2";
    await cloud.declare(type, "greeting", {
      bucket: Bucket,
      key: "hello world.txt",
      content: "hello",
      contentType: "text/plain",
    });
    expect(await get("hello world.txt")).to.equal("hello");
    const source = { kind: "asset", text: "from an asset" } as const;
    const changed = await cloud.declare(type, "greeting", { bucket: Bucket, key: "other.txt", source });
    expect(await get("other.txt")).to.equal("from an asset");
    expect(await errorOf(get("hello world.txt"))).to.equal("NoSuchKey");
    await cloud.remove(changed);
    expect(await errorOf(get("other.txt"))).to.equal("NoSuchKey");
  });

  it("keeps a bucket with objects that is removed from the program, unless it has forceDestroy", async () => {
    for (const forceDestroy of [false, true]) {
      const bucket = await cloud.declare("aws:s3/bucket:Bucket", "removed", {
        bucket: "removed-bucket",
        forceDestroy,
      });
      await client.send(new PutObjectCommand({ Bucket: bucket.id, Key: "k", Body: "x" }));
      await cloud.remove(bucket);
      const error = await errorOf(client.send(new ListObjectsV2Command({ Bucket: bucket.id })));
      expect(error).to.equal(forceDestroy ? "NoSuchBucket" : undefined);
    }
  });

  it("says whether a bucket has versions", async () => {
    const asked = new GetBucketVersioningCommand({ Bucket });
    expect((await client.send(asked)).Status).to.equal(undefined);
    await cloud.declare("aws:s3/bucketVersioning:BucketVersioning", "files", {
      bucket: Bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    expect((await client.send(asked)).Status).to.equal("Enabled");
  });

  it("names what it does not support instead of answering something else", async () => {
    const unsupported = [
      [new GetObjectCommand({ Bucket, Key: "plain.txt", VersionId: "1" }), "versionId"],
      [new GetObjectTaggingCommand({ Bucket, Key: "plain.txt" }), "tagging"],
    ] as const;
    for (const [command, name] of unsupported) {
      const error = await client.send(command as GetObjectCommand).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error?.name).to.equal("NotImplemented");
      expect(error?.message).to.contain(name);
    }
  });

  describe("authorization", () => {
    const allow = (Action: string[], Resource: string, Condition: Properties = {}): Properties => ({
      Effect: "Allow",
      Action,
      Resource,
      Condition,
    });
    const as = async (name: string, statements: Properties[]) =>
      new S3Client({ ...(await cloud.asFunction(name, statements)), forcePathStyle: true });

    it("lets a function do what its role allows on exact ARNs, and denies the rest", async () => {
      const objects = `arn:aws:s3:::${Bucket}`;
      const condition = { StringLike: { "s3:prefix": "mine/*" } };
      const worker = await as("worker", [
        allow(["s3:PutObject", "s3:GetObject"], `${objects}/mine/*`),
        allow(["s3:ListBucket"], objects, condition),
      ]);
      await put("yours/1", "x");
      await worker.send(new PutObjectCommand({ Bucket, Key: "mine/1", Body: "x" }));
      await worker.send(new GetObjectCommand({ Bucket, Key: "mine/1" }));
      await worker.send(new ListObjectsV2Command({ Bucket, Prefix: "mine/1" }));
      const denied = [
        new GetObjectCommand({ Bucket, Key: "yours/1" }),
        new ListObjectsV2Command({ Bucket, Prefix: "yours/" }),
        new DeleteObjectCommand({ Bucket, Key: "mine/1" }),
        new CopyObjectCommand({ Bucket, Key: "mine/2", CopySource: `${Bucket}/yours/1` }),
        new CopyObjectCommand({ Bucket, Key: "yours/2", CopySource: `${Bucket}/mine/1` }),
        new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "mine/1" }] } }),
      ];
      for (const command of denied) {
        expect(await errorOf(worker.send(command as GetObjectCommand)), command.constructor.name).to.equal(
          "AccessDenied",
        );
      }
      worker.destroy();
    });

    it("gives nothing to who signs nothing, unless the bucket's policy lets everybody", async () => {
      await put("public/1", "x");
      const open = () => fetch(`${cloud.world.endpoint}/${Bucket}/public/1`);
      const refused = await open();
      expect(refused.status).to.equal(403);
      expect(await refused.text()).to.contain("<Code>AccessDenied</Code>");
      const statement = {
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${Bucket}/public/*`,
      };
      const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
      const resource = await cloud.declare("aws:s3/bucketPolicy:BucketPolicy", "public", {
        bucket: Bucket,
        policy,
      });
      expect(await (await open()).text()).to.equal("x");
      await cloud.remove(resource);
    });

    it("hides from who may not list a bucket that an object is not there", async () => {
      const reader = await as("object-reader", [allow(["s3:GetObject"], `arn:aws:s3:::${Bucket}/*`)]);
      const lister = await as("object-lister", [
        allow(["s3:GetObject"], `arn:aws:s3:::${Bucket}/*`),
        allow(["s3:ListBucket"], `arn:aws:s3:::${Bucket}`),
      ]);
      const missing = new GetObjectCommand({ Bucket, Key: "missing" });
      expect(await errorOf(reader.send(missing))).to.equal("AccessDenied");
      expect(await errorOf(lister.send(missing))).to.equal("NoSuchKey");
      reader.destroy();
      lister.destroy();
    });
  });
});

async function errorCodeOf(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => (error instanceof AwsError ? error.code : String(error)),
  );
}
