import { BUCKET, CLUSTER, SECRET, TABLE } from "../../../policies/rules/types.ts";
import type { Mutation } from "./mutation.ts";

export const protect: readonly Mutation[] = [TABLE, BUCKET, CLUSTER, SECRET].map((type) => ({
  rule: "protect-data",
  type,
  protect: false,
}));
