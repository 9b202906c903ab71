import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "./base.ts";
import { subscribeEmails } from "./email-subscriptions.ts";
import type { Link } from "./link.ts";
import { policyDocument, tlsOnly } from "./policy.ts";

export interface SecureTopicArgs {
  /** Name that e-mail subscribers see as the sender, at most 100 characters. @default the topic's own name */
  readonly displayName?: string;
}

export interface EmailSubscribers {
  readonly addresses: readonly string[];
  /**
   * Attributes that a message must carry to be mailed, as an SNS filter policy:
   * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
   * @default every message
   */
  readonly filterPolicy?: Readonly<Record<string, readonly unknown[]>>;
}

/**
 * An SNS topic that only this account may publish to, and only over TLS.
 *
 * Creates: the topic and its policy; with `subscribeEmails`, a subscription per address.
 *
 *     const created = new SecureTopic("task-events", {});
 *     new AlarmedFunction("publish", { links: { TASK_EVENTS_TOPIC_ARN: created.link("publish") }, … });
 */
export class SecureTopic extends Component {
  readonly topic: aws.sns.Topic;

  constructor(name: string, args: SecureTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("SecureTopic", name, {}, opts);
    this.topic = new aws.sns.Topic(`${name}-topic`, { displayName: args.displayName }, { parent: this });
    new aws.sns.TopicPolicy(
      `${name}-policy`,
      { arn: this.topic.arn, policy: policyOf(this.topic.arn, { parent: this }) },
      { parent: this },
    );
    this.registerOutputs({ topic: this.topic });
  }

  /** What a publisher needs: the topic's ARN, and the permission to publish to it. */
  link(_access: "publish"): Link {
    const statement = { Effect: "Allow", Action: ["sns:Publish"], Resource: this.topic.arn } as const;
    return { value: this.topic.arn, statements: [statement] };
  }

  /** Sends the topic's messages by e-mail. AWS asks each address to confirm first. */
  subscribeEmails({ addresses, filterPolicy }: EmailSubscribers): aws.sns.TopicSubscription[] {
    return subscribeEmails(this.name, this.topic, addresses, { parent: this }, filterPolicy);
  }
}

function policyOf(
  topicArn: pulumi.Output<string>,
  parent: { readonly parent: pulumi.Resource },
): pulumi.Output<string> {
  const { accountId } = aws.getCallerIdentityOutput({}, parent);
  return policyDocument([
    {
      Sid: "OwnAccountOnly",
      Effect: "Allow",
      Principal: { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` },
      Action: ["sns:Publish"],
      Resource: topicArn,
    },
    tlsOnly("sns:Publish", topicArn),
  ]);
}
