/** S3 buckets as the handlers use them. */
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { clientSettings } from "./aws-client.ts";

/** A bucket and the client to reach it with. */
export interface Bucket {
  readonly client: S3Client;
  readonly name: string;
}

export function openBucket(name: string): Bucket {
  return { client: new S3Client(clientSettings(5000)), name };
}

/** Writes an object, over one that is there; s3:PutObject. */
export async function putObject(
  { client, name }: Bucket,
  key: string,
  contentType: string,
  body: Buffer,
): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket: name, Key: key, ContentType: contentType, Body: body }));
}

/**
 * Writes an object unless there is one of this key, which stays as it is; s3:PutObject.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * @returns whether it was written
 */
export async function putNewObject(
  { client, name }: Bucket,
  key: string,
  contentType: string,
  body: Buffer,
): Promise<boolean> {
  try {
    await client.send(
      new PutObjectCommand({
        Bucket: name,
        Key: key,
        ContentType: contentType,
        Body: body,
        IfNoneMatch: "*",
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "PreconditionFailed") return false;
    throw error;
  }
}
