/** The rule about the rules. */
import type { Mutation } from "./mutation.ts";

export const coverage: readonly Mutation[] = [
  { rule: "stack-coverage", type: "aws:kinesis/stream:Stream", add: { shardCount: 1 } },
];
