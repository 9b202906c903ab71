import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "./base.ts";
import { subscribeEmails } from "./email-subscriptions.ts";
import type { Link } from "./link.ts";
import type { Mistake } from "./mistakes.ts";
import { refuseMistakes } from "./mistakes.ts";
import { policyDocument, tlsOnly } from "./policy.ts";

export interface AlertChannelArgs {
  /** Who gets the alarms. AWS asks each address to confirm first. @default nobody */
  readonly emails?: readonly string[];
  /** Name that the receivers see as the sender, at most 100 characters. @default the topic's own name */
  readonly displayName?: string;
}

/** The services of AWS that raise alerts. */
const PUBLISHERS = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "events.amazonaws.com"];

/**
 * Where a stack's alarms go.
 *
 * Creates: a topic that CloudWatch, Budgets and EventBridge of this account may publish to, over TLS only, and an
 * e-mail subscription per address. The topic has no key of its own: with AWS's, alarms could not be delivered.
 *
 *     const alerts = new AlertChannel("alerts", { emails: ["operations@example.com"] });
 */
export class AlertChannel extends Component {
  readonly topic: aws.sns.Topic;
  readonly arn: pulumi.Output<string>;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: AlertChannelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("AlertChannel", name, {}, opts);
    refuseMistakes(`AlertChannel "${name}"`, mistakesIn(args));
    const parent = { parent: this };
    this.topic = new aws.sns.Topic(`${name}-topic`, { displayName: args.displayName }, parent);
    this.arn = this.topic.arn;
    new aws.sns.TopicPolicy(`${name}-policy`, { arn: this.arn, policy: policyOf(this.arn, parent) }, parent);
    subscribeEmails(name, this.topic, args.emails ?? [], parent);
    this.registerOutputs({ topic: this.topic, arn: this.arn });
  }

  /** What a function needs to tell people something: the topic's ARN, and the permission to publish to it. */
  link(_access: "publish"): Link {
    return {
      value: this.arn,
      statements: [{ Effect: "Allow", Action: ["sns:Publish"], Resource: this.arn }],
    };
  }
}

function policyOf(
  topicArn: pulumi.Output<string>,
  parent: { readonly parent: pulumi.Resource },
): pulumi.Output<string> {
  const { accountId } = aws.getCallerIdentityOutput({}, parent);
  return policyDocument([
    {
      Sid: "AlertsOfThisAccount",
      Effect: "Allow",
      Principal: { Service: PUBLISHERS },
      Action: ["sns:Publish"],
      Resource: topicArn,
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
    tlsOnly("sns:Publish", topicArn),
  ]);
}

function mistakesIn({ emails = [], displayName = "" }: AlertChannelArgs): Mistake[] {
  const wrong = emails.flatMap((email, index) =>
    /^[^\s@]+@[^\s@]+$/.test(email)
      ? []
      : [{ propertyPath: `emails[${index}]`, reason: `is "${email}"; give an e-mail address` }],
  );
  const repeated = emails.flatMap((email, index) =>
    emails.indexOf(email) < index ? [{ propertyPath: `emails[${index}]`, reason: `repeats "${email}"` }] : [],
  );
  const long =
    displayName.length > 100
      ? [{ propertyPath: "displayName", reason: `has ${displayName.length} characters; SNS takes 100` }]
      : [];
  return [...wrong, ...repeated, ...long];
}
