import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "./base.ts";
import { policyDocument, trustPolicy } from "./policy.ts";

/** What API Gateway does in CloudWatch Logs: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html */
const LOG_ACTIONS = [
  "logs:CreateLogGroup",
  "logs:CreateLogStream",
  "logs:DescribeLogGroups",
  "logs:DescribeLogStreams",
  "logs:PutLogEvents",
  "logs:GetLogEvents",
  "logs:FilterLogEvents",
];

/**
 * Lets API Gateway write logs. It is a setting of the whole account and region, so a stack has one of these, which
 * every `RestApi` gets as `logging`; deploying two stacks into one account and region makes them share the setting.
 *
 * Creates: a role that only API Gateway may take, its policy, and the account's setting.
 */
export class ApiLogging extends Component {
  readonly account: aws.apigateway.Account;
  readonly role: aws.iam.Role;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("ApiLogging", name, {}, opts);
    const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
    this.role = new aws.iam.Role(
      `${name}-role`,
      {
        description: "API Gateway writes its logs with this role.",
        // AWS documents no condition on the source for this role, and refuses a role that it cannot take.
        assumeRolePolicy: trustPolicy("apigateway.amazonaws.com"),
      },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      {
        role: this.role.id,
        // Groups are named by API Gateway, some with ids it makes up, and one is created when the setting is made.
        policy: policyDocument([
          {
            Effect: "Allow",
            Action: LOG_ACTIONS,
            Resource: pulumi.interpolate`arn:aws:logs:*:${accountId}:*`,
          },
        ]),
      },
      { parent: this },
    );
    this.account = new aws.apigateway.Account(
      `${name}-account`,
      { cloudwatchRoleArn: this.role.arn },
      { parent: this, dependsOn: [policy] },
    );
    this.registerOutputs({ account: this.account, role: this.role });
  }
}
