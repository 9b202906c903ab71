import type * as pulumi from "@pulumi/pulumi";
import { policyDocument, tlsOnly } from "./policy.ts";

/** An AWS service that may put messages into a queue, on behalf of one resource of this account. */
export interface QueueWriter {
  readonly service: "events.amazonaws.com" | "sns.amazonaws.com";
  /** The one rule or topic. Its ARN holds the account, so that no condition on the account is needed beside it. */
  readonly sourceArn: pulumi.Input<string>;
}

/** A queue's policy: TLS only, and nobody but these writers and whom IAM allows within the account. */
export function queuePolicy(
  queueArn: pulumi.Input<string>,
  writers: readonly QueueWriter[],
): pulumi.Output<string> {
  return policyDocument([
    tlsOnly("sqs:*", queueArn),
    ...writers.map(({ service, sourceArn }, index) => ({
      Sid: `Writer${index + 1}`,
      Effect: "Allow" as const,
      Principal: { Service: service },
      Action: ["sqs:SendMessage"],
      Resource: queueArn,
      Condition: { ArnEquals: { "aws:SourceArn": sourceArn } },
    })),
  ]);
}
