/**
 * What an operation needs to be allowed to do.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
import { AwsError } from "../../core/errors.ts";
import type { AwsCall, Permission } from "../../core/service.ts";
import type { OperationName, S3Operation } from "./operation.ts";

type PermissionsOf = (operation: S3Operation, call: AwsCall) => Permission[];

const onBucket =
  (action: string): PermissionsOf =>
  ({ bucket }) => [{ action: `s3:${action}`, resource: bucketArn(bucket) }];

const onObject =
  (action: string): PermissionsOf =>
  ({ bucket, key }) => [{ action: `s3:${action}`, resource: objectArn(bucket, key) }];

/** @param creates whether an object is there afterwards, and not only a part of one */
const writing =
  (creates: boolean): PermissionsOf =>
  ({ bucket, key }, call) => [
    { action: "s3:PutObject", resource: objectArn(bucket, key), context: writeContext(creates, call) },
  ];

const fromSource =
  (creates: boolean): PermissionsOf =>
  (operation, call) => {
    const { bucket, key } = copySource(call);
    return [
      { action: "s3:GetObject", resource: objectArn(bucket, key) },
      ...writing(creates)(operation, call),
    ];
  };

const PERMISSIONS: Readonly<Record<OperationName, PermissionsOf>> = {
  AbortMultipartUpload: onObject("AbortMultipartUpload"),
  CompleteMultipartUpload: writing(true),
  CopyObject: fromSource(true),
  CreateBucket: onBucket("CreateBucket"),
  CreateMultipartUpload: writing(false),
  DeleteBucket: onBucket("DeleteBucket"),
  DeleteBucketLifecycle: onBucket("PutLifecycleConfiguration"),
  DeleteObject: onObject("DeleteObject"),
  DeleteObjects: ({ bucket }, call) =>
    deletedKeys(call).map((key) => ({ action: "s3:DeleteObject", resource: objectArn(bucket, key) })),
  GetBucketLifecycleConfiguration: onBucket("GetLifecycleConfiguration"),
  GetBucketLocation: onBucket("GetBucketLocation"),
  GetBucketVersioning: onBucket("GetBucketVersioning"),
  GetObject: onObject("GetObject"),
  GetObjectAttributes: ({ bucket, key }) =>
    ["GetObject", "GetObjectAttributes"].map((action) => ({
      action: `s3:${action}`,
      resource: objectArn(bucket, key),
    })),
  HeadBucket: onBucket("ListBucket"),
  HeadObject: onObject("GetObject"),
  ListBuckets: () => [{ action: "s3:ListAllMyBuckets", resource: "*" }],
  ListObjects: ({ bucket }, { query }) => [
    { action: "s3:ListBucket", resource: bucketArn(bucket), context: listContext(query) },
  ],
  PostObject: writing(true),
  PutBucketLifecycleConfiguration: onBucket("PutLifecycleConfiguration"),
  PutObject: writing(true),
  UploadPart: writing(false),
  UploadPartCopy: fromSource(false),
};

export function permissions(operation: S3Operation, call: AwsCall): Permission[] {
  return PERMISSIONS[operation.name](operation, call);
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}

function copySource(call: AwsCall): { bucket: string; key: string } {
  const source = (call.headers["x-amz-copy-source"] ?? "").replace(/^\//, "").replace(/\?versionId=.*$/, "");
  const slash = source.indexOf("/");
  if (slash < 1) throw new AwsError("InvalidArgument", "Invalid copy source object key");
  return {
    bucket: decodeURIComponent(source.slice(0, slash)),
    key: decodeURIComponent(source.slice(slash + 1)),
  };
}

/** The keys in the body of DeleteObjects. */
export function deletedKeys({ body }: AwsCall): string[] {
  return [...body.toString("utf8").matchAll(/<Key>([\s\S]*?)<\/Key>/g)].map(([, key = ""]) =>
    key
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&apos;", "'")
      .replaceAll("&amp;", "&"),
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html */
function writeContext(creates: boolean, { headers }: AwsCall): Record<string, string> {
  const conditions = { "s3:if-match": headers["if-match"], "s3:if-none-match": headers["if-none-match"] };
  const sent = Object.entries(conditions).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value]],
  );
  return { "s3:ObjectCreationOperation": String(creates), ...Object.fromEntries(sent) };
}

function listContext(query: URLSearchParams): Record<string, string> {
  const known = { "s3:prefix": query.get("prefix") ?? "", "s3:delimiter": query.get("delimiter") };
  const maxKeys = query.get("max-keys");
  return Object.fromEntries(
    Object.entries({ ...known, "s3:max-keys": maxKeys }).flatMap(([name, value]) =>
      value === null ? [] : [[name, value]],
    ),
  );
}
