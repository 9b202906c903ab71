import { CLUSTER, FUNCTION } from "../../../policies/rules/types.ts";
import type { Mutation } from "./mutation.ts";

const EVERYWHERE = { cidrBlocks: ["0.0.0.0/0"], fromPort: 0, toPort: 0, protocol: "-1" };
const GROUP = "aws:ec2/securityGroup:SecurityGroup";

export const network: readonly Mutation[] = [
  {
    rule: "network-ingress",
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    add: { securityGroupId: "sg-1", cidrIpv6: "::/0", ipProtocol: "tcp" },
  },
  {
    rule: "network-ingress",
    type: "aws:ec2/securityGroupRule:SecurityGroupRule",
    add: { ...EVERYWHERE, type: "ingress", securityGroupId: "sg-1" },
  },
  { rule: "network-egress", type: GROUP, set: { egress: [EVERYWHERE] } },
  {
    rule: "network-own-group",
    type: FUNCTION,
    set: { vpcConfig: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-default"] } },
  },
  { rule: "network-own-group", type: CLUSTER, set: { vpcSecurityGroupIds: [] } },
  {
    rule: "network-database-closed",
    type: GROUP,
    set: { ingress: [{ ...EVERYWHERE, cidrBlocks: ["10.0.0.0/16"] }] },
  },
  { rule: "network-default-group", type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", remove: true },
  {
    rule: "network-default-group",
    type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    set: { ingress: [{ self: true, fromPort: 0, toPort: 0, protocol: "-1" }] },
  },
  { rule: "network-isolated", type: "awsx:ec2:Vpc", set: { natGateways: undefined } },
  { rule: "network-isolated", type: "awsx:ec2:Vpc", set: { "subnetSpecs.0.type": "Public" } },
  { rule: "network-isolated", type: "aws:ec2/natGateway:NatGateway", add: { subnetId: "subnet-1" } },
  { rule: "network-isolated", type: "aws:ec2/subnet:Subnet", add: { mapPublicIpOnLaunch: true } },
  { rule: "network-zones", type: "awsx:ec2:Vpc", set: { numberOfAvailabilityZones: 1 } },
];
