import { KEY, PERMISSION, SECRET } from "../../../policies/rules/types.ts";
import { type Mutation, replacing } from "./mutation.ts";

const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";
const POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy";

/** A policy's document with one statement more, which lets everybody in. */
function alsoAllowing(action: string) {
  return (text: string): string => {
    const policy = JSON.parse(text) as { readonly Statement: readonly object[] };
    const open = { Effect: "Allow", Principal: "*", Action: action, Resource: "*" };
    return JSON.stringify({ ...policy, Statement: [...policy.Statement, open] });
  };
}

export const secrets: readonly Mutation[] = [
  { rule: "secrets-rotation", type: ROTATION, set: { "rotationRules.automaticallyAfterDays": 90 } },
  { rule: "secrets-rotation", type: ROTATION, remove: true },
  {
    rule: "secrets-rotation-permission",
    type: PERMISSION,
    name: "rotate-secret-permission",
    set: { sourceAccount: undefined },
  },
  { rule: "secrets-private", type: POLICY, set: { blockPublicPolicy: false } },
  {
    rule: "secrets-private",
    type: POLICY,
    document: { property: "policy", change: alsoAllowing("secretsmanager:GetSecretValue") },
  },
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
  {
    rule: "secrets-nowhere-else",
    type: "aws:secretsmanager/secretVersion:SecretVersion",
    name: "tasks-service-key",
    set: { secretString: "tasks" },
  },
  {
    rule: "secrets-nowhere-else",
    type: "aws:ssm/parameter:Parameter",
    name: "fleet-database-port",
    set: { value: "local-tasksServiceKey" },
  },
  { rule: "kms-rotation", type: KEY, add: { policy: "" }, protect: true },
  {
    rule: "kms-recoverable",
    type: KEY,
    add: { enableKeyRotation: true, deletionWindowInDays: 1 },
    protect: true,
  },
  {
    rule: "kms-closed",
    type: KEY,
    add: { enableKeyRotation: true, policy: alsoAllowing("kms:Decrypt")('{"Statement":[]}') },
    protect: true,
  },
];
