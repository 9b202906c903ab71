/** A file that belongs to no task, put with an ordinary call of the SDK. */
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { resourcesOf } from "../../../local/core/graph.ts";
import type { LocalCloud } from "../../../local/local-cloud.ts";

/** @returns the call's request id */
export async function putOrphanFile({ graph, world }: LocalCloud): Promise<string> {
  const { endpoint, region } = world;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const Bucket = resourcesOf(graph, "aws:s3/bucket:Bucket").find(({ name }) => name.startsWith("tasks-"))?.id;
  const Key = `attachments/${crypto.randomUUID()}/${crypto.randomUUID()}`;
  const { $metadata } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: "of no task" }));
  return String($metadata.requestId);
}
