/** AWS IAM. */
import { type Mutation, replacing } from "./mutation.ts";

const ROLE = "aws:iam/role:Role";
const POLICY = "aws:iam/rolePolicy:RolePolicy";

const policy = (name: string, from: string | RegExp, to: string) => ({
  type: POLICY,
  name,
  document: { property: "policy", change: replacing(from, to) },
});

export const iam: readonly Mutation[] = [
  {
    rule: "iam-trust",
    type: ROLE,
    name: "records-prices-role",
    document: { property: "assumeRolePolicy", change: replacing("aws:SourceArn", "aws:PrincipalArn") },
  },
  {
    rule: "iam-trust",
    type: ROLE,
    name: "records-track-prices-role",
    document: {
      property: "assumeRolePolicy",
      change: replacing('"lambda.amazonaws.com"', '["lambda.amazonaws.com","ec2.amazonaws.com"]'),
    },
  },
  {
    rule: "iam-trust",
    type: ROLE,
    name: "records-track-prices-role",
    document: { property: "assumeRolePolicy", change: replacing(/\{"Service":"[^"]*"\}/, '{"AWS":"*"}') },
  },
  {
    rule: "iam-trust",
    type: ROLE,
    name: "records-prices-role",
    document: { property: "assumeRolePolicy", change: replacing(/arn:aws:scheduler[^"]*/, "*") },
  },
  { rule: "iam-actions", ...policy("records-track-prices-policy", "dynamodb:PutItem", "dynamodb:Put*") },
  {
    rule: "iam-resources",
    ...policy(
      "records-track-prices-policy",
      /arn:aws:dynamodb:[^"]*/,
      "arn:aws:dynamodb:eu-west-1:0:table/*",
    ),
  },
  { rule: "iam-resources", ...policy("records-list-prices-policy", /arn:aws:dynamodb:[^"]*/, "*") },
  {
    rule: "iam-resources",
    ...policy("records-list-prices-policy", "arn:aws:dynamodb:eu-west-1", "arn:aws:dynamodb:*"),
  },
  { rule: "iam-resources", ...policy("tasks-upload-policy", /arn:aws:s3:::[^"]*/, "arn:aws:s3:::*") },
  {
    rule: "iam-resources",
    ...policy("records-track-prices-policy", '"xray:PutTraceSegments"', '"cloudwatch:PutMetricData"'),
  },
  {
    rule: "iam-no-exceptions",
    ...policy("tasks-list-policy", '"Action":["dynamodb:', '"NotAction":["dynamodb:'),
  },
  { rule: "iam-pass-role", ...policy("plan-reminder", "iam:PassedToService", "aws:RequestedRegion") },
  { rule: "iam-pass-role", ...policy("plan-reminder", /role\/[^"]*/, "role/appointments-*") },
  {
    rule: "iam-no-escalation",
    ...policy("tasks-create-policy", "dynamodb:PutItem", "lambda:UpdateFunctionCode"),
  },
  { rule: "iam-senders", ...policy("send-email", "ses:FromAddress", "ses:FeedbackAddress") },
  { rule: "iam-senders", ...policy("send-email", "identity/appointments@", "identity/moves-of-others@") },
  { rule: "iam-senders", ...policy("fleet-outbox-relay", "events:source", "events:detail-type") },
  {
    rule: "iam-no-managed-policies",
    type: ROLE,
    set: { managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonS3FullAccess"] },
  },
  {
    rule: "iam-no-managed-policies",
    type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    add: { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
  },
  { rule: "iam-no-users", type: "aws:iam/accessKey:AccessKey", add: { user: "robot" } },
];
