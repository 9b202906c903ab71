import { CLUSTER } from "../../../policies/rules/types.ts";
import type { Mutation } from "./mutation.ts";

const EVERYWHERE = { cidrBlocks: ["0.0.0.0/0"], fromPort: 0, toPort: 0, protocol: "-1" };
const GROUP = "aws:ec2/securityGroup:SecurityGroup";

export const network: readonly Mutation[] = [
  {
    rule: "network-ingress",
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    add: { securityGroupId: "sg-1", cidrIpv6: "::/0", ipProtocol: "tcp" },
  },
  { rule: "network-egress", type: GROUP, set: { egress: [EVERYWHERE] } },
  { rule: "network-own-group", type: CLUSTER, set: { vpcSecurityGroupIds: [] } },
  {
    rule: "network-database-closed",
    type: GROUP,
    set: { ingress: [{ ...EVERYWHERE, cidrBlocks: ["10.0.0.0/16"] }] },
  },
  { rule: "network-default-group", type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", remove: true },
  { rule: "network-isolated", type: "awsx:ec2:Vpc", set: { natGateways: undefined } },
  { rule: "network-zones", type: "awsx:ec2:Vpc", set: { numberOfAvailabilityZones: 1 } },
];
