import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Sends a topic's messages by e-mail. AWS asks each address to confirm first. The subscriptions are named after their
 * addresses, so that taking one out of the list touches no other.
 * @param filterPolicy https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
export function subscribeEmails(
  name: string,
  topic: aws.sns.Topic,
  addresses: readonly string[],
  parent: { readonly parent: pulumi.Resource },
  filterPolicy?: Readonly<Record<string, readonly unknown[]>>,
): aws.sns.TopicSubscription[] {
  return addresses.map((endpoint) => {
    const key = createHash("sha256").update(endpoint).digest("hex").slice(0, 8);
    return new aws.sns.TopicSubscription(
      `${name}-email-${key}`,
      {
        topic: topic.arn,
        protocol: "email",
        endpoint,
        filterPolicy: filterPolicy && JSON.stringify(filterPolicy),
      },
      parent,
    );
  });
}
