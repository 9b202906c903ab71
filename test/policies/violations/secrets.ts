import { KEY, PERMISSION, SECRET } from "../../../policies/rules/types.ts";
import { type Mutation, replacing } from "./mutation.ts";

const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";
const POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy";

const OPEN = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "kms:Decrypt", Resource: "*" }],
});

export const secrets: readonly Mutation[] = [
  { rule: "secrets-rotation", type: ROTATION, set: { "rotationRules.automaticallyAfterDays": 90 } },
  {
    rule: "secrets-rotation-permission",
    type: PERMISSION,
    name: "rotate-secret-permission",
    set: { sourceAccount: undefined },
  },
  { rule: "secrets-private", type: POLICY, set: { blockPublicPolicy: false } },
  {
    rule: "secrets-tls-only",
    type: POLICY,
    document: { property: "policy", change: replacing('"Effect":"Deny"', '"Effect":"None"') },
  },
  { rule: "secrets-recoverable", type: SECRET, set: { recoveryWindowInDays: 0 } },
  {
    rule: "secrets-parameters",
    type: "aws:ssm/parameter:Parameter",
    add: { name: "/andamio/prod/smtp/password", type: "String", value: "hunter2" },
  },
  { rule: "kms-rotation", type: KEY, add: { policy: "" }, protect: true },
  { rule: "kms-closed", type: KEY, add: { enableKeyRotation: true, policy: OPEN }, protect: true },
];
