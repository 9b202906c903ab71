import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import type { SecureBucketArgs } from "./bucket-arguments.ts";
import { mistakesInBucket } from "./bucket-arguments.ts";
import { bucketPolicy } from "./bucket-policy.ts";
import type { Link, PolicyStatement } from "./link.ts";
import { refuseMistakes } from "./mistakes.ts";
import { transformed } from "./transform.ts";

export type { CorsMethod, SecureBucketArgs } from "./bucket-arguments.ts";

/** What a link can let a function do with objects; `list` names their keys, `multipart` writes in parts. */
export type BucketAccess = keyof typeof OBJECT_ACTIONS | "list";

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
const OBJECT_ACTIONS = Object.freeze({
  read: ["s3:GetObject"],
  write: ["s3:PutObject"],
  readWrite: ["s3:GetObject", "s3:PutObject"],
  multipart: ["s3:PutObject", "s3:AbortMultipartUpload"],
  delete: ["s3:DeleteObject"],
});

const DEFAULTS = Object.freeze({
  oldVersionDays: 30,
  abortUploadDays: 1,
  accessLogDays: 90,
});

type Parent = { readonly parent: pulumi.Resource };

/**
 * A private S3 bucket.
 *
 * Creates: the bucket, encrypted with S3's own keys; no public access, no ACLs, TLS only, presigned requests that age
 * quickly; a lifecycle; events of its objects on EventBridge's default bus; with `cors` and `objectLock` what they
 * say; in production versions of its objects, an access log, and protection against deletion.
 *
 *     const files = new SecureBucket("files", { defaults, expirePrefixes: { "imports/": 30 } });
 *     new AlarmedFunction("upload", { links: { FILES_BUCKET: files.link("write", "attachments/*") }, … });
 */
export class SecureBucket extends Component {
  readonly bucket: aws.s3.Bucket;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: SecureBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("SecureBucket", name, {}, opts);
    refuseMistakes(`SecureBucket "${name}"`, mistakesInBucket(args));
    const parent = { parent: this };
    this.bucket = createBucket(name, args, parent);
    closeBucket(name, this.bucket, args, parent);
    keepVersions(name, this.bucket, args, parent);
    if (args.objectLock) lockObjects(name, this.bucket, args.objectLock, parent);
    if (args.cors && args.cors.allowedOrigins.length > 0) allowPages(name, this.bucket, args.cors, parent);
    if (logsAccesses(args)) logAccesses(name, this.bucket, args.defaults, parent);
    new aws.s3.BucketNotification(`${name}-events`, { bucket: this.bucket.id, eventbridge: true }, parent);
    this.registerOutputs({ bucket: this.bucket });
  }

  /**
   * What a function needs: the bucket's name, and the permissions for one or several kinds of access. Without `list`,
   * S3 answers 403, not 404, when a function reads an object that is not there.
   * @param keys pattern of the keys, such as `imports/*`
   */
  link(access: BucketAccess | readonly BucketAccess[], keys = "*"): Link {
    const { arn } = this.bucket;
    const accesses = [access].flat();
    const objects = accesses.flatMap((each) => (each === "list" ? [] : OBJECT_ACTIONS[each]));
    const statements: PolicyStatement[] = [];
    if (objects.length > 0) {
      const resource = pulumi.interpolate`${arn}/${keys}`;
      statements.push({ Effect: "Allow", Action: [...new Set(objects)], Resource: resource });
    }
    if (accesses.includes("list")) {
      const condition = keys === "*" ? {} : { Condition: { StringLike: { "s3:prefix": keys } } };
      statements.push({ Effect: "Allow", Action: ["s3:ListBucket"], Resource: arn, ...condition });
    }
    return { value: this.bucket.bucket, statements };
  }
}

function createBucket(name: string, args: SecureBucketArgs, parent: Parent): aws.s3.Bucket {
  const { production } = args.defaults;
  const bucket = new aws.s3.Bucket(
    `${name}-bucket`,
    transformed<aws.s3.BucketArgs>(
      { forceDestroy: !production, ...(args.objectLock && { objectLockEnabled: true }) },
      args.transform?.bucket,
    ),
    { ...parent, protect: production },
  );
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    { bucket: bucket.id, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    parent,
  );
  return bucket;
}

/** Nobody but whom IAM lets in, and they over TLS only. */
function closeBucket(name: string, bucket: aws.s3.Bucket, args: SecureBucketArgs, parent: Parent): void {
  const block = new aws.s3.BucketPublicAccessBlock(
    `${name}-public-access`,
    {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    parent,
  );
  new aws.s3.BucketOwnershipControls(
    `${name}-ownership`,
    { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
    parent,
  );
  new aws.s3.BucketPolicy(
    `${name}-policy`,
    { bucket: bucket.id, policy: bucketPolicy(bucket.arn, args, parent) },
    // S3 refuses changes of both at once.
    { ...parent, dependsOn: [block] },
  );
}

function keepsVersions(args: SecureBucketArgs): boolean {
  return args.objectLock !== undefined || (args.versioning ?? args.defaults.production);
}

function keepVersions(name: string, bucket: aws.s3.Bucket, args: SecureBucketArgs, parent: Parent): void {
  const versions = keepsVersions(args)
    ? [
        new aws.s3.BucketVersioning(
          `${name}-versioning`,
          { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
          parent,
        ),
      ]
    : [];
  const noncurrentDays = args.oldVersionDays ?? DEFAULTS.oldVersionDays;
  const expirations = Object.entries(args.expirePrefixes ?? {}).map(([prefix, days]) => ({
    id: `expire-${prefix === "" ? "all" : prefix}`,
    status: "Enabled",
    filter: { prefix },
    expiration: { days },
  }));
  new aws.s3.BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    {
      bucket: bucket.id,
      rules: [
        {
          id: "remains",
          status: "Enabled",
          filter: { prefix: "" },
          abortIncompleteMultipartUpload: { daysAfterInitiation: DEFAULTS.abortUploadDays },
          ...(keepsVersions(args) && { noncurrentVersionExpiration: { noncurrentDays } }),
        },
        ...expirations,
      ],
    },
    { ...parent, dependsOn: versions },
  );
}

function lockObjects(
  name: string,
  bucket: aws.s3.Bucket,
  lock: NonNullable<SecureBucketArgs["objectLock"]>,
  parent: Parent,
): void {
  new aws.s3.BucketObjectLockConfiguration(
    `${name}-object-lock`,
    { bucket: bucket.id, rule: { defaultRetention: { mode: lock.mode, days: lock.days } } },
    parent,
  );
}

function allowPages(
  name: string,
  bucket: aws.s3.Bucket,
  { allowedOrigins, methods = ["POST"] }: NonNullable<SecureBucketArgs["cors"]>,
  parent: Parent,
): void {
  new aws.s3.BucketCorsConfiguration(
    `${name}-cors`,
    {
      bucket: bucket.id,
      corsRules: [
        {
          allowedOrigins: [...allowedOrigins],
          allowedMethods: [...methods],
          allowedHeaders: ["content-type"],
          exposeHeaders: ["ETag"],
          maxAgeSeconds: 3_600,
        },
      ],
    },
    parent,
  );
}

function logsAccesses({ accessLogs, accessLogsOf, defaults }: SecureBucketArgs): boolean {
  return accessLogs ?? (accessLogsOf === undefined && defaults.production);
}

function logAccesses(name: string, bucket: aws.s3.Bucket, defaults: StackDefaults, parent: Parent): void {
  const log = new SecureBucket(
    `${name}-access-logs`,
    { defaults, versioning: false, expirePrefixes: { "": DEFAULTS.accessLogDays }, accessLogsOf: bucket.arn },
    parent,
  );
  new aws.s3.BucketLogging(
    `${name}-logging`,
    { bucket: bucket.id, targetBucket: log.bucket.id, targetPrefix: "access/" },
    { ...parent, dependsOn: [log] },
  );
}
