import { BUCKET } from "../../../policies/rules/types.ts";
import { type Mutation, replacing } from "./mutation.ts";

const ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const LOGGING = "aws:s3/bucketLogging:BucketLogging";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";

const policy = (from: string, to: string) => ({ property: "policy", change: replacing(from, to) });

export const s3: readonly Mutation[] = [
  { rule: "s3-private", type: ACCESS_BLOCK, remove: true },
  { rule: "s3-private", type: ACCESS_BLOCK, set: { ignorePublicAcls: false } },
  {
    rule: "s3-tls-only",
    type: POLICY,
    document: policy('"aws:SecureTransport":"false"', '"aws:SecureTransport":"true"'),
  },
  {
    rule: "s3-tls-only",
    type: POLICY,
    name: "tasks-files-policy",
    document: { property: "policy", change: replacing(/"arn:aws:s3:::[a-z0-9-]+\/\*"(?=\],)/, '"*"') },
  },
  {
    rule: "s3-policy-closed",
    type: POLICY,
    name: "access-logs",
    document: { property: "policy", change: replacing(/"ArnEquals":.*?\},"StringEquals":.*?\}/, "") },
  },
  {
    rule: "s3-policy-closed",
    type: POLICY,
    name: "access-logs",
    document: policy(
      '{"Service":"logging.s3.amazonaws.com"},"Action":["s3:PutObject"]',
      '"*","Action":["s3:*"]',
    ),
  },
  {
    rule: "s3-presigned",
    type: POLICY,
    document: policy('"s3:signatureAge":"600000"', '"s3:signatureAge":"604800000"'),
  },
  {
    rule: "s3-no-acls",
    type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    set: { "rule.objectOwnership": "ObjectWriter" },
  },
  {
    rule: "s3-cors",
    type: "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
    set: { "corsRules.0.allowedOrigins": ["*"] },
  },
  {
    rule: "s3-cors",
    type: "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
    set: { "corsRules.0.allowedMethods": ["PUT"] },
  },
  {
    rule: "s3-encryption",
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    set: { "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm": "aws:kms" },
  },
  {
    rule: "s3-versions",
    type: "aws:s3/bucketVersioning:BucketVersioning",
    set: { "versioningConfiguration.status": "Suspended" },
  },
  {
    rule: "s3-lifecycle",
    type: LIFECYCLE,
    name: "tasks-files-lifecycle",
    set: { "rules.0.noncurrentVersionExpiration": undefined },
  },
  { rule: "s3-lifecycle", type: LIFECYCLE, set: { "rules.0.abortIncompleteMultipartUpload": undefined } },
  { rule: "s3-lifecycle", type: LIFECYCLE, set: { "rules.0.filter": { prefix: "some/" } } },
  { rule: "s3-access-log", type: LOGGING, name: "tasks-files", set: { bucket: "elsewhere" } },
  {
    rule: "s3-object-lock",
    type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    remove: true,
  },
  { rule: "s3-no-force-destroy", type: BUCKET, set: { forceDestroy: true } },
];
