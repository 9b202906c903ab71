import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { SecureBucketArgs } from "./bucket-arguments.ts";
import type { ResourcePolicyStatement } from "./policy.ts";
import { policyDocument, tlsOnly } from "./policy.ts";

/** Ten minutes: a person on a slow line can begin an upload, a leaked form is worthless soon. */
const PRESIGNED_SECONDS = 600;

/** A bucket's policy: TLS only, fresh signatures only, with `writeOnce` new objects only, and with `accessLogsOf` the log of that bucket. */
export function bucketPolicy(
  arn: pulumi.Output<string>,
  args: Pick<SecureBucketArgs, "maximumPresignedAgeSeconds" | "accessLogsOf" | "writeOnce">,
  parent: { readonly parent: pulumi.Resource },
): pulumi.Output<string> {
  const objects = pulumi.interpolate`${arn}/*`;
  const seconds = args.maximumPresignedAgeSeconds ?? PRESIGNED_SECONDS;
  const statements: ResourcePolicyStatement[] = [
    tlsOnly("s3:*", [arn, objects]),
    {
      Sid: "FreshSignaturesOnly",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: objects,
      // https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
      Condition: { NumericGreaterThan: { "s3:signatureAge": String(seconds * 1000) } },
    },
  ];
  if (args.writeOnce) {
    statements.push({
      Sid: "NewObjectsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:PutObject"],
      Resource: objects,
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
      Condition: {
        Null: { "s3:if-none-match": "true" },
        Bool: { "s3:ObjectCreationOperation": "true" },
      },
    });
  }
  if (args.accessLogsOf !== undefined) {
    const { accountId } = aws.getCallerIdentityOutput({}, parent);
    statements.push({
      Sid: "AccessLogs",
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: ["s3:PutObject"],
      Resource: objects,
      Condition: {
        ArnEquals: { "aws:SourceArn": args.accessLogsOf },
        StringEquals: { "aws:SourceAccount": accountId },
      },
    });
  }
  return policyDocument(statements);
}
