import type { Readable } from "node:stream";
import { GetObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";
import type { Bucket } from "../../shared/bucket.ts";
import { UnreadableFile } from "./unreadable-file.ts";

/** One version of an object. */
export interface FileVersion {
  readonly key: string;
  /** Without quotes, as in the event of the object. */
  readonly etag: string;
}

/**
 * The bytes of a file from one on; s3:GetObject.
 * @param end the last byte; by default that of the file
 * @throws UnreadableFile when the object has become another version
 */
export async function openFile(
  { client, name }: Bucket,
  { key, etag }: FileVersion,
  start: number,
  end?: number,
): Promise<Readable> {
  try {
    const { Body } = await client.send(
      new GetObjectCommand({
        Bucket: name,
        Key: key,
        IfMatch: `"${etag}"`,
        Range: `bytes=${start}-${end ?? ""}`,
      }),
    );
    return Body as Readable;
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412) {
      throw new UnreadableFile("The file was replaced while it was being imported.", 1);
    }
    throw error;
  }
}
