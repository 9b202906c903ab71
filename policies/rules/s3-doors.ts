/** Amazon S3 buckets: who comes in, and how. */
import { statementsOf } from "../documents.ts";
import { openings, refusesPlainText } from "../resource-policies.ts";
import { ALWAYS, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { listOf, type Stack, type Subject, valueAt } from "../stack.ts";
import { BUCKET } from "./types.ts";

const ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const CORS = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration";
const OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";

const BLOCKS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** Ten minutes, in milliseconds. */
const LONGEST_SIGNATURE_MS = 600_000;

export const s3Doors: readonly Rule[] = [
  stackRule(
    {
      id: "s3-private",
      what: "A bucket cannot be made public, by no ACL and no policy.",
      why: "One line in a policy would open it to everybody.",
      remedy: `Add a BucketPublicAccessBlock with ${BLOCKS.join(", ")}.`,
      origin: "S2, S3.8, CKV_AWS_53 to 56",
      ...ALWAYS,
      types: [BUCKET],
      reads: [ACCESS_BLOCK],
    },
    (bucket, stack) =>
      unless(
        stack
          .referring(bucket, ACCESS_BLOCK, "bucket")
          .some((block) => BLOCKS.every((name) => block.at(name) === true)),
        "can be made public",
      ),
  ),
  stackRule(
    {
      id: "s3-tls-only",
      what: "A bucket and its objects are reached over TLS only.",
      why: "S3 still answers plain HTTP, with the objects in it.",
      remedy: "Deny requests whose aws:SecureTransport is false, on the bucket and on all its objects.",
      origin: "S10, S3.5, CKV_AWS_379",
      ...ALWAYS,
      types: [BUCKET],
      reads: [POLICY],
    },
    (bucket, stack) => {
      const refused = statementsOfBucket(bucket, stack)
        .filter((statement) => refusesPlainText(statement) && statement.actions.includes("s3:*"))
        .flatMap(({ resources }) => resources);
      return unless(
        refused.includes(bucket.text("arn")) && refused.includes(objectsOf(bucket)),
        "answers plain HTTP",
      );
    },
  ),
  resourceRule(
    {
      id: "s3-policy-closed",
      what: "A bucket's policy lets in only whom it names; services only on behalf of one resource of the account.",
      why: "Names of buckets hold no account: a service would write into it for anybody who asks.",
      remedy: "Name the principal, and for services demand aws:SourceArn and aws:SourceAccount.",
      origin: "S3.6, CKV_AWS_70",
      ...ALWAYS,
      types: [POLICY],
    },
    (policy) => statementsOf(policy, "policy").flatMap(openings),
  ),
  stackRule(
    {
      id: "s3-presigned",
      what: "A presigned request is worth nothing after ten minutes.",
      why: "Whoever sees the link or form later could use it; who signs chooses up to a week.",
      remedy: `Deny requests on all objects whose s3:signatureAge is greater than ${LONGEST_SIGNATURE_MS}.`,
      ...ALWAYS,
      types: [BUCKET],
      reads: [POLICY],
    },
    (bucket, stack) =>
      unless(
        statementsOfBucket(bucket, stack).some(
          ({ effect, principals, actions, resources, conditions }) =>
            effect === "Deny" &&
            principals.includes("*") &&
            actions.includes("s3:*") &&
            resources.includes(objectsOf(bucket)) &&
            conditions.length === 1 &&
            conditions.some(
              ({ operator, key, values }) =>
                operator === "NumericGreaterThan" &&
                key === "s3:signatureage" &&
                values.every((value) => Number(value) <= LONGEST_SIGNATURE_MS),
            ),
        ),
        "takes old signatures",
      ),
  ),
  stackRule(
    {
      id: "s3-no-acls",
      what: "Objects belong to the bucket's owner, and have no ACLs.",
      why: "An ACL is a second way in beside IAM, and whoever writes an object would own it.",
      remedy: 'Add BucketOwnershipControls "BucketOwnerEnforced".',
      origin: "S3.12, CKV2_AWS_65",
      ...ALWAYS,
      types: [BUCKET],
      reads: [OWNERSHIP],
    },
    (bucket, stack) =>
      unless(
        stack
          .referring(bucket, OWNERSHIP, "bucket")
          .some((controls) => controls.text("rule.objectOwnership") === "BucketOwnerEnforced"),
        "has ACLs",
      ),
  ),
  resourceRule(
    {
      id: "s3-cors",
      what: "Only pages of named origins use a bucket, to read or to post a form.",
      why: "Any page in a user's browser could; a PUT overwrites without the limits of a form.",
      remedy: "Name exact allowedOrigins, and of the methods GET, HEAD and POST.",
      ...ALWAYS,
      types: [CORS],
    },
    (cors) =>
      cors.list("corsRules").flatMap((rule) => [
        ...unless(
          listOf(valueAt(rule, "allowedOrigins")).every((origin) => !String(origin).includes("*")),
          "lets pages of any origin in",
        ),
        ...unless(
          listOf(valueAt(rule, "allowedMethods")).every((method) => /^(GET|HEAD|POST)$/.test(String(method))),
          "lets pages overwrite or delete",
        ),
      ]),
  ),
];

function statementsOfBucket(bucket: Subject, stack: Stack) {
  return stack.referring(bucket, POLICY, "bucket").flatMap((policy) => statementsOf(policy, "policy"));
}

function objectsOf(bucket: Subject): string {
  return `${bucket.text("arn")}/*`;
}
