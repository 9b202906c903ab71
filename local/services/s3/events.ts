/** What S3 tells others about its objects. */
import type { S3EventRecord } from "aws-lambda";

/** Something that happened to an object. */
export interface ObjectChange {
  readonly bucket: string;
  /** As it is, not encoded. */
  readonly key: string;
  /** Such as `ObjectCreated:Put` or `ObjectRemoved:Delete`. */
  readonly event: string;
  /** API that did it, such as `PutObject` or `POST Object`. */
  readonly reason: string;
  /** Left out when the object is gone. */
  readonly size?: number;
  /** Without quotes; left out when the object is gone. */
  readonly etag?: string;
  /** Hexadecimal; later changes of a key have greater ones. */
  readonly sequencer: string;
  readonly requestId: string;
  /** Account of the caller. */
  readonly requester: string;
  readonly sourceIp: string;
  /** ISO time */
  readonly at: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export function eventBridgeDetail(change: ObjectChange, isVersioned: boolean): Record<string, unknown> {
  const { bucket, key, size, etag, sequencer } = change;
  const isCreated = change.event.startsWith("ObjectCreated");
  const deletion = isVersioned ? "Delete Marker Created" : "Permanently Deleted";
  return {
    version: "0",
    bucket: { name: bucket },
    object: {
      key,
      ...(size === undefined ? {} : { size }),
      ...(etag === undefined ? {} : { etag }),
      sequencer,
    },
    "request-id": change.requestId,
    requester: change.requester,
    "source-ip-address": change.sourceIp,
    reason: change.reason,
    ...(isCreated ? {} : { "deletion-type": deletion }),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function notificationRecord(
  change: ObjectChange,
  configurationId: string,
  region: string,
): S3EventRecord {
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: region,
    eventTime: change.at,
    eventName: change.event,
    userIdentity: { principalId: `AWS:${change.requester}` },
    requestParameters: { sourceIPAddress: change.sourceIp },
    responseElements: { "x-amz-request-id": change.requestId, "x-amz-id-2": change.requestId },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId,
      bucket: {
        name: change.bucket,
        ownerIdentity: { principalId: change.requester },
        arn: `arn:aws:s3:::${change.bucket}`,
      },
      object: {
        key: encodeKey(change.key),
        ...(change.size === undefined ? {} : { size: change.size }),
        ...(change.etag === undefined ? {} : { eTag: change.etag }),
        sequencer: change.sequencer,
      } as S3EventRecord["s3"]["object"],
    },
  };
}

/** As in a form: a space is a plus. Slashes stay. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll("%20", "+")
    .replaceAll("%2F", "/")
    .replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** True when a change is one that `s3:ObjectCreated:*` or `s3:ObjectRemoved:Delete` stands for. */
export function isEvent(pattern: string, event: string): boolean {
  const name = pattern.replace(/^s3:/, "");
  return name.endsWith("*") ? event.startsWith(name.slice(0, -1)) : event === name;
}
