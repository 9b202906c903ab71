/** Amazon S3 buckets: what is kept, and how. Who comes in is in s3-doors.ts. */
import { ALWAYS, PRODUCTION, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { type Stack, type Subject, valueAt } from "../stack.ts";
import { s3Doors } from "./s3-doors.ts";
import { BUCKET } from "./types.ts";

const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const LOGGING = "aws:s3/bucketLogging:BucketLogging";
const LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";

/** What a lifecycle rule can be narrowed by. */
const FILTERS = ["prefix", "tag", "and", "objectSizeGreaterThan", "objectSizeLessThan"];

const LONGEST_UPLOAD_DAYS = 7;

const contents: readonly Rule[] = [
  stackRule(
    {
      id: "s3-encryption",
      what: "A bucket says how its objects are encrypted: with S3's keys, or with a key of the stack's and a bucket key.",
      why: "A default can be changed unseen; without a bucket key every object costs a request to KMS.",
      remedy: "Add a BucketServerSideEncryptionConfiguration with AES256, or aws:kms and bucketKeyEnabled.",
      origin: "S3.17, CKV_AWS_145",
      ...ALWAYS,
      types: [BUCKET],
      reads: [ENCRYPTION],
    },
    (bucket, stack) =>
      unless(
        stack
          .referring(bucket, ENCRYPTION, "bucket")
          .flatMap((configuration) => configuration.list("rules"))
          .some((rule) => {
            const algorithm = valueAt(rule, "applyServerSideEncryptionByDefault.sseAlgorithm");
            return (
              algorithm === "AES256" ||
              (algorithm === "aws:kms" && valueAt(rule, "bucketKeyEnabled") === true)
            );
          }),
        "does not say how it is encrypted",
      ),
  ),
  stackRule(
    {
      id: "s3-versions",
      what: "A bucket keeps what was overwritten or deleted, unless it holds access logs.",
      why: "A wrong deployment overwrites objects; nothing else has them.",
      remedy: "Add a BucketVersioning that is Enabled.",
      origin: "S3.14, CKV_AWS_21",
      ...PRODUCTION,
      types: [BUCKET],
      reads: [VERSIONING, LOGGING],
    },
    (bucket, stack) =>
      unless(isAccessLog(bucket, stack) || keepsVersions(bucket, stack), "keeps no versions"),
  ),
  stackRule(
    {
      id: "s3-lifecycle",
      what: "What is left of broken uploads goes within a week, and old versions go, too.",
      why: "Nobody sees them, everybody pays for them.",
      remedy:
        "Add a BucketLifecycleConfiguration: for all objects abortIncompleteMultipartUpload, with versions noncurrentVersionExpiration.",
      origin: "S3.10, S3.13, CKV_AWS_300",
      ...ALWAYS,
      types: [BUCKET],
      reads: [LIFECYCLE, VERSIONING],
    },
    (bucket, stack) => {
      const rules = stack
        .referring(bucket, LIFECYCLE, "bucket")
        .flatMap((configuration) => configuration.list("rules"))
        .filter((rule) => valueAt(rule, "status") === "Enabled" && isForAllObjects(rule));
      const days = (path: string) => rules.map((rule) => Number(valueAt(rule, path))).filter((n) => n > 0);
      const aborts = days("abortIncompleteMultipartUpload.daysAfterInitiation");
      return [
        ...unless(
          aborts.some((age) => age <= LONGEST_UPLOAD_DAYS),
          "keeps broken uploads",
        ),
        ...unless(
          !keepsVersions(bucket, stack) || days("noncurrentVersionExpiration.noncurrentDays").length > 0,
          "keeps old versions for ever",
        ),
      ];
    },
  ),
  stackRule(
    {
      id: "s3-access-log",
      what: "Who used a bucket is logged, into another bucket.",
      why: "After a leak nobody could say what was read; a log into itself never ends.",
      remedy: "Add a BucketLogging whose target is a bucket for logs.",
      origin: "S1, S3.9, CKV_AWS_18",
      ...PRODUCTION,
      types: [BUCKET],
      reads: [LOGGING],
    },
    (bucket, stack) => {
      const targets = stack
        .referring(bucket, LOGGING, "bucket")
        .flatMap((logging) => stack.targets(logging, "targetBucket", BUCKET));
      return unless(
        isAccessLog(bucket, stack) || (targets.length > 0 && !targets.includes(bucket)),
        "logs no access",
      );
    },
  ),
  stackRule(
    {
      id: "s3-object-lock",
      what: "A bucket that can lock objects locks them for a time.",
      why: "Without it only what its writer locks is safe.",
      remedy: "Add a BucketObjectLockConfiguration with defaultRetention.",
      ...ALWAYS,
      types: [BUCKET],
      reads: [LOCK],
    },
    (bucket, stack) =>
      unless(
        bucket.at("objectLockEnabled") !== true ||
          stack
            .referring(bucket, LOCK, "bucket")
            .some(
              (lock) =>
                lock.number("rule.defaultRetention.days", 0) + lock.number("rule.defaultRetention.years", 0) >
                0,
            ),
        "locks nothing by itself",
      ),
  ),
  resourceRule(
    {
      id: "s3-no-force-destroy",
      what: "A bucket with objects in it cannot be destroyed.",
      why: "It would go with all of them.",
      remedy: "Set forceDestroy false.",
      ...PRODUCTION,
      types: [BUCKET],
    },
    (bucket) => unless(bucket.at("forceDestroy") !== true, "goes with all its objects"),
  ),
];

/** A rule's filter without prefix is for all; so is a rule without filter. */
function isForAllObjects(rule: unknown): boolean {
  return FILTERS.every((name) =>
    [undefined, null, ""].some((none) => valueAt(rule, `filter.${name}`) === none),
  );
}

function isAccessLog(bucket: Subject, stack: Stack): boolean {
  return stack.referring(bucket, LOGGING, "targetBucket").length > 0;
}

function keepsVersions(bucket: Subject, stack: Stack): boolean {
  return stack
    .referring(bucket, VERSIONING, "bucket")
    .some((versioning) => versioning.text("versioningConfiguration.status") === "Enabled");
}

export const s3: readonly Rule[] = [...s3Doors, ...contents];
