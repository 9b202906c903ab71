/** Which S3 operation a request is. */
import { AwsError, notSupported } from "../../core/errors.ts";
import type { AwsCall } from "../../core/service.ts";

export interface S3Operation {
  readonly name: OperationName;
  readonly bucket: string;
  /** Decoded; empty for operations on buckets. For a form upload it is in the form. */
  readonly key: string;
}

/** Told apart by method, by whether there is a key, and by what stands in the query or headers. */
interface Pattern {
  readonly name: string;
  readonly method: string;
  readonly on: "service" | "bucket" | "object";
  /** Query parameters that must be there. */
  readonly query?: readonly string[];
  /** A header that must be there. */
  readonly header?: string;
}

/** The first that matches is it, so the special ones come first. */
const PATTERNS = [
  { name: "ListBuckets", method: "GET", on: "service" },
  { name: "GetBucketLocation", method: "GET", on: "bucket", query: ["location"] },
  { name: "GetBucketVersioning", method: "GET", on: "bucket", query: ["versioning"] },
  { name: "GetBucketLifecycleConfiguration", method: "GET", on: "bucket", query: ["lifecycle"] },
  { name: "PutBucketLifecycleConfiguration", method: "PUT", on: "bucket", query: ["lifecycle"] },
  { name: "DeleteBucketLifecycle", method: "DELETE", on: "bucket", query: ["lifecycle"] },
  { name: "DeleteObjects", method: "POST", on: "bucket", query: ["delete"] },
  { name: "ListObjects", method: "GET", on: "bucket" },
  { name: "HeadBucket", method: "HEAD", on: "bucket" },
  { name: "CreateBucket", method: "PUT", on: "bucket" },
  { name: "DeleteBucket", method: "DELETE", on: "bucket" },
  { name: "PostObject", method: "POST", on: "bucket" },
  { name: "GetObjectAttributes", method: "GET", on: "object", query: ["attributes"] },
  {
    name: "UploadPartCopy",
    method: "PUT",
    on: "object",
    query: ["partNumber", "uploadId"],
    header: "x-amz-copy-source",
  },
  { name: "UploadPart", method: "PUT", on: "object", query: ["partNumber", "uploadId"] },
  { name: "CreateMultipartUpload", method: "POST", on: "object", query: ["uploads"] },
  { name: "CompleteMultipartUpload", method: "POST", on: "object", query: ["uploadId"] },
  { name: "AbortMultipartUpload", method: "DELETE", on: "object", query: ["uploadId"] },
  { name: "CopyObject", method: "PUT", on: "object", header: "x-amz-copy-source" },
  { name: "GetObject", method: "GET", on: "object" },
  { name: "HeadObject", method: "HEAD", on: "object" },
  { name: "PutObject", method: "PUT", on: "object" },
  { name: "DeleteObject", method: "DELETE", on: "object" },
] as const satisfies readonly Pattern[];

export type OperationName = (typeof PATTERNS)[number]["name"];

/** Query parameters that make a request another operation; those not named by its pattern are refused. */
const SUBRESOURCES = new Set(
  (
    "abac accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle " +
    "location logging metadataConfiguration metadataTable metrics notification object-lock ownershipControls partNumber policy " +
    "policyStatus publicAccessBlock renameObject replication requestPayment restore retention select session tagging torrent " +
    "uploadId uploads versionId versioning versions website"
  ).split(" "),
);
/** Parameters of its own that an operation may have, although they stand for others elsewhere. */
const OWN_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  GetObject: ["partNumber"],
  HeadObject: ["partNumber"],
};

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 * @throws AwsError NotImplemented for operations that the local cloud does not have
 */
export function operationOf(call: AwsCall): S3Operation {
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(call.path) ?? [];
  if (key.split("/").some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) {
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.");
  }
  const on = bucket === "" ? "service" : key === "" ? "bucket" : "object";
  const subresources = [...call.query.keys()].filter((name) => SUBRESOURCES.has(name));
  const found: Pattern | undefined = PATTERNS.find(
    (pattern: Pattern) =>
      pattern.method === call.method &&
      pattern.on === on &&
      (pattern.query ?? []).every((name) => call.query.has(name)) &&
      (pattern.header === undefined || call.headers[pattern.header] !== undefined),
  );
  const known = [...(found?.query ?? []), ...(OWN_PARAMETERS[found?.name ?? ""] ?? [])];
  const others = subresources.filter((name) => !known.includes(name));
  if (!found || others.length > 0 || (found.name === "PostObject" && !isForm(call))) {
    throw notSupported("s3", `${call.method} on a${on === "object" ? "n" : ""} ${on}${described(others)}`);
  }
  return { name: found.name as OperationName, bucket: decode(bucket), key: decode(key) };
}

/** The name of the operation that a call is; undefined for one that the local cloud does not have. */
export function operationName(call: AwsCall): string | undefined {
  try {
    return operationOf(call).name;
  } catch {
    return undefined;
  }
}

function isForm(call: AwsCall): boolean {
  return call.headers["content-type"]?.toLowerCase().startsWith("multipart/form-data") ?? false;
}

function described(subresources: readonly string[]): string {
  return subresources.length === 0 ? "" : ` with ?${subresources.join("&")}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.");
  }
}
