import * as pulumi from "@pulumi/pulumi";

/**
 * Lets one AWS service take a role, on behalf of one resource of this account and no other, so that nobody can make
 * the service use the role for them: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 * @param sourceArn the resource; `*` stands for any text
 */
export function serviceTrust(
  service: string,
  accountId: pulumi.Input<string>,
  sourceArn: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnLike: { "aws:SourceArn": sourceArn },
        },
      },
    ],
  });
}
