import { TABLE } from "../../../policies/rules/types.ts";
import type { Mutation } from "./mutation.ts";

export const protect: readonly Mutation[] = [{ rule: "protect-data", type: TABLE, protect: false }];
