/** What AWS would return for the resource types of S3. */
import type { RegisteredResource } from "../../core/graph.ts";
import { physicalName } from "../../core/names.ts";
import type { OutputsOf } from "../../core/service.ts";

/** https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints */
const HOSTED_ZONES: Readonly<Record<string, string>> = {
  "ap-northeast-1": "Z2M4EHUR26P7ZW",
  "ap-south-1": "Z11RGJOFQNVJUP",
  "ap-southeast-1": "Z3O0J2DXBE1FTB",
  "ap-southeast-2": "Z1WCIGYICN2BYD",
  "ca-central-1": "Z1QDHH18159H29",
  "eu-central-1": "Z21DNDUVLTQW6Q",
  "eu-north-1": "Z3BAZG2TWCNX0D",
  "eu-west-1": "Z1BKCTXD74EZPE",
  "eu-west-2": "Z3GKZC51ZF0DB4",
  "eu-west-3": "Z3R1K369G5AVDG",
  "sa-east-1": "Z7KQH4QJS55SO",
  "us-east-1": "Z3AQBSTGFYJSTF",
  "us-east-2": "Z2O1EMRO9K5GLX",
  "us-west-1": "Z2F56UZL2M1ACD",
  "us-west-2": "Z3BJ6K6RIION7M",
};

const bucket: OutputsOf = (resource, world) => {
  const name = bucketName(resource);
  return {
    id: name,
    bucket: name,
    arn: `arn:aws:s3:::${name}`,
    bucketDomainName: `${name}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${name}.s3.${world.region}.amazonaws.com`,
    bucketRegion: world.region,
    region: world.region,
    hostedZoneId: HOSTED_ZONES[world.region] ?? "",
  };
};

/** A name made from the resource's has to keep to what a bucket may be called. */
function bucketName(resource: RegisteredResource): string {
  return physicalName(resource, "bucket")
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, "-");
}

const ofBucket: OutputsOf = ({ inputs }) => ({ id: String(inputs.bucket) });

const object: OutputsOf = ({ inputs, name }) => {
  const key = typeof inputs.key === "string" ? inputs.key : name;
  return { id: `${String(inputs.bucket)}/${key}`, key, arn: `arn:aws:s3:::${String(inputs.bucket)}/${key}` };
};

/** Settings of a bucket; the local cloud reads them where they stand in the program. */
const SETTINGS = [
  "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
  "aws:s3/bucketCorsConfigurationV2:BucketCorsConfigurationV2",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
  "aws:s3/bucketLogging:BucketLogging",
  "aws:s3/bucketLoggingV2:BucketLoggingV2",
  "aws:s3/bucketNotification:BucketNotification",
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:s3/bucketVersioningV2:BucketVersioningV2",
] as const;

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketV2:BucketV2": bucket,
  "aws:s3/bucketObject:BucketObject": object,
  "aws:s3/bucketObjectv2:BucketObjectv2": object,
  ...Object.fromEntries(SETTINGS.map((type) => [type, ofBucket])),
};
