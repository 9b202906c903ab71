/**
 * Amazon VPC: networks are part of the graph, and nothing is done for them. Functions reach whatever they call, whichever
 * network they are in. There are no virtual machines. https://docs.aws.amazon.com/vpc/latest/userguide/
 */
import type { ServiceDefinition } from "../../core/service.ts";
import { outputs } from "./outputs.ts";

export const ec2: ServiceDefinition = {
  name: "ec2",
  signingNames: [],
  protocol: "query",
  outputs,
  create: () => ({ realize: {} }),
};
