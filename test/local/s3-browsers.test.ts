import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost, type PresignedPostOptions } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { expect } from "chai";
import { s3 } from "../../local/services/s3/index.ts";
import { DataCloud } from "./support/data-cloud.ts";

const Bucket = "uploads-bucket";
const ORIGIN = "https://app.example.com";

describe("S3 for browsers", () => {
  let cloud: DataCloud;
  let client: S3Client;

  before(async () => {
    cloud = await DataCloud.start([s3]);
    await cloud.declare("aws:s3/bucket:Bucket", "uploads", { bucket: Bucket });
    const statement = {
      Effect: "Allow",
      Action: ["s3:PutObject", "s3:GetObject"],
      Resource: `arn:aws:s3:::${Bucket}/in/*`,
    };
    client = new S3Client({ ...(await cloud.asFunction("presigner", [statement])), forcePathStyle: true });
    const rule = {
      allowedHeaders: ["*"],
      allowedMethods: ["GET", "POST"],
      allowedOrigins: [ORIGIN],
      exposeHeaders: ["ETag"],
      maxAgeSeconds: 600,
    };
    await cloud.declare("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", "uploads", {
      bucket: Bucket,
      corsRules: [rule],
    });
  });

  after(() => cloud.stop());

  const presign = (more: Partial<PresignedPostOptions> = {}) =>
    createPresignedPost(client, {
      Bucket,
      Key: "in/file.txt",
      Conditions: [["content-length-range", 1, 10], { "Content-Type": "text/plain" }],
      Fields: { "Content-Type": "text/plain" },
      ...more,
    });

  async function upload(
    { url, fields }: { url: string; fields: Record<string, string> },
    body: string,
    changes: Record<string, string> = {},
  ): Promise<{ status: number; text: string; response: Response }> {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fields, ...changes })) form.append(name, value);
    form.append("file", new Blob([body], { type: "text/plain" }), "chosen.txt");
    const response = await fetch(url, { method: "POST", body: form, headers: { origin: ORIGIN } });
    return { status: response.status, text: await response.text(), response };
  }

  it("takes an upload that keeps to its policy, as the function that presigned it", async () => {
    const { status, response } = await upload(await presign(), "content");
    expect(status).to.equal(204);
    expect(response.headers.get("access-control-allow-origin")).to.equal(ORIGIN);
    const object = await client.send(new GetObjectCommand({ Bucket, Key: "in/file.txt" }));
    expect(object.ContentType).to.equal("text/plain");
    expect(await object.Body?.transformToString()).to.equal("content");
  });

  it("puts the name of the chosen file into the key", async () => {
    const post = await presign({ Key: ["in/$", "{filename}"].join("") });
    expect((await upload(post, "content")).status).to.equal(204);
    await client.send(new GetObjectCommand({ Bucket, Key: "in/chosen.txt" }));
  });

  it("refuses what the policy does not allow, with AWS's codes", async () => {
    const post = await presign({ Fields: { "Content-Type": "text/plain", "x-amz-meta-owner": "ana" } });
    const refusals: [string, Record<string, string>, string, number, string][] = [
      ["a large file", {}, "more than ten bytes", 400, "EntityTooLarge"],
      ["an empty file", {}, "", 400, "EntityTooSmall"],
      ["another key", { key: "in/other.txt" }, "content", 403, "AccessDenied"],
      ["another type", { "Content-Type": "text/html" }, "content", 403, "AccessDenied"],
      ["other metadata", { "x-amz-meta-owner": "eva" }, "content", 403, "AccessDenied"],
      ["a field that the policy does not name", { "x-amz-meta-more": "1" }, "content", 403, "AccessDenied"],
      [
        "another policy",
        { policy: Buffer.from('{"expiration":"2100-01-01T00:00:00Z","conditions":[]}').toString("base64") },
        "content",
        403,
        "SignatureDoesNotMatch",
      ],
    ];
    for (const [what, changes, body, status, code] of refusals) {
      const answer = await upload(post, body, changes);
      expect(answer.status, what).to.equal(status);
      expect(answer.text, what).to.contain(`<Code>${code}</Code>`);
      expect(answer.response.headers.get("access-control-allow-origin"), what).to.equal(ORIGIN);
    }
    const { text } = await upload(post, "content", { key: "in/other.txt" });
    expect(text).to.contain("Invalid according to Policy: Policy Condition failed:");
  });

  it("refuses an upload whose policy has expired", async () => {
    const { status, text } = await upload(await presign({ Expires: -1 }), "content");
    expect(status).to.equal(403);
    expect(text).to.contain("<Code>AccessDenied</Code>").and.contain("Policy expired");
  });

  it("refuses an upload that the function itself would not be allowed", async () => {
    const { status, text } = await upload(await presign({ Key: "out/file.txt" }), "content");
    expect(status).to.equal(403);
    expect(text).to.contain("s3:PutObject");
  });

  it("opens a presigned URL until its time is over", async () => {
    await upload(await presign(), "content");
    const command = new GetObjectCommand({ Bucket, Key: "in/file.txt" });
    const url = await getSignedUrl(client, command, { expiresIn: 60 });
    const opened = await fetch(url, { headers: { origin: ORIGIN } });
    expect(opened.status).to.equal(200);
    expect(opened.headers.get("access-control-expose-headers")).to.equal("ETag");
    const past = new Date(Date.now() - 120_000);
    const late = await fetch(await getSignedUrl(client, command, { expiresIn: 60, signingDate: past }));
    expect(late.status).to.equal(403);
    expect(await late.text()).to.contain("Request has expired");
  });

  it("answers preflight requests from the bucket's CORS rules", async () => {
    const ask = (origin: string, method: string) =>
      fetch(`${cloud.world.endpoint}/${Bucket}/in/file.txt`, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": method,
          "access-control-request-headers": "content-type",
        },
      });
    const allowed = await ask(ORIGIN, "POST");
    expect(allowed.status).to.equal(200);
    expect(Object.fromEntries(allowed.headers)).to.include({
      "access-control-allow-origin": ORIGIN,
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "content-type",
      "access-control-max-age": "600",
    });
    expect((await ask(ORIGIN, "DELETE")).status).to.equal(403);
    expect((await ask("https://evil.example.com", "GET")).status).to.equal(403);
  });
});
