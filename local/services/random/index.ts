/** The `random` provider: values only, nothing runs. */
import type { ServiceDefinition } from "../../core/service.ts";
import { outputs } from "./outputs.ts";

export const random: ServiceDefinition = {
  name: "random",
  signingNames: [],
  protocol: "json",
  outputs,
  create: () => ({ realize: {} }),
};
