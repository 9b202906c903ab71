import { TABLE } from "../../../policies/rules/types.ts";
import type { Mutation } from "./mutation.ts";

export const dynamodb: readonly Mutation[] = [
  { rule: "dynamodb-recovery", type: TABLE, set: { pointInTimeRecovery: undefined } },
  { rule: "dynamodb-deletion-protection", type: TABLE, set: { deletionProtectionEnabled: false } },
  { rule: "dynamodb-on-demand", type: TABLE, set: { "onDemandThroughput.maxReadRequestUnits": -1 } },
  { rule: "dynamodb-on-demand", type: TABLE, set: { billingMode: "PROVISIONED" } },
  {
    rule: "dynamodb-on-demand",
    type: TABLE,
    name: "tasks",
    set: { "globalSecondaryIndexes.1.onDemandThroughput": undefined },
  },
  { rule: "dynamodb-encryption", type: TABLE, set: { serverSideEncryption: { enabled: true } } },
  { rule: "dynamodb-stream-images", type: TABLE, name: "tasks", set: { streamViewType: "KEYS_ONLY" } },
  { rule: "dynamodb-expiry", type: TABLE, set: { "ttl.enabled": false } },
];
