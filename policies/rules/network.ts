/** Networks: Amazon VPC, its subnets and security groups. */
import { ALWAYS, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { listOf, type Stack, type Subject, textOf, valueAt } from "../stack.ts";
import { CLUSTER, FUNCTION } from "./types.ts";

/** A component of Pulumi's. Its parts are known to the engine, which may not know its arguments; offline it is the other way round. */
const CROSSWALK = "awsx:ec2:Vpc";
const VPC = "aws:ec2/vpc:Vpc";
const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const NAT = "aws:ec2/natGateway:NatGateway";
const SUBNET = "aws:ec2/subnet:Subnet";

const groups: readonly Rule[] = [
  resourceRule(
    {
      id: "network-ingress",
      what: "No security group lets the whole internet in.",
      why: "What listens behind it is scanned within minutes.",
      remedy: "Name the security groups or the addresses that may come in.",
      origin: "EC2.18, CKV_AWS_24, CKV_AWS_25, CKV_AWS_260",
      ...ALWAYS,
      types: [GROUP, DEFAULT_GROUP, GROUP_RULE, INGRESS_RULE],
    },
    (group) => unless(!rulesOf(group, "ingress").some(isForAll), "lets everybody in"),
  ),
  resourceRule(
    {
      id: "network-egress",
      what: "No security group lets out to the whole internet.",
      why: "It is the way that stolen data takes; nothing of the program's needs it.",
      remedy: "Set egress [], or name where to.",
      origin: "CKV_AWS_382",
      ...ALWAYS,
      types: [GROUP, DEFAULT_GROUP, GROUP_RULE, EGRESS_RULE],
    },
    (group) => unless(!rulesOf(group, "egress").some(isForAll), "lets out to everywhere"),
  ),
  stackRule(
    {
      id: "network-own-group",
      what: "What is in a network has a security group of the program's.",
      why: "Without one it gets the network's default group, which everything else has, too.",
      remedy: "Set vpcSecurityGroupIds, or vpcConfig.securityGroupIds of a function, to a SecurityGroup.",
      origin: "EC2.2",
      ...ALWAYS,
      types: [CLUSTER, FUNCTION],
      reads: [GROUP],
    },
    (resource, stack) => {
      const property = resource.type === CLUSTER ? "vpcSecurityGroupIds" : "vpcConfig";
      if (resource.type === FUNCTION && resource.list("vpcConfig.subnetIds").length === 0) return [];
      return unless(stack.targets(resource, property, GROUP).length > 0, "has no security group of its own");
    },
  ),
  stackRule(
    {
      id: "network-database-closed",
      what: "Nobody reaches a database but the Data API, which needs no way in.",
      why: "A way in for one program is a way in for whatever takes its place.",
      remedy: "Leave ingress of the cluster's security group empty, and add no rules to it.",
      ...ALWAYS,
      types: [CLUSTER],
      reads: [GROUP, GROUP_RULE, INGRESS_RULE],
    },
    (cluster, stack) =>
      stack
        .targets(cluster, "vpcSecurityGroupIds", GROUP)
        .filter(
          (group) =>
            rulesOf(group, "ingress").length > 0 ||
            [GROUP_RULE, INGRESS_RULE].some((type) =>
              stack
                .referring(group, type, "securityGroupId")
                .some((rule) => rulesOf(rule, "ingress").length > 0),
            ),
        )
        .map((group) => `can be reached through ${group.name}`),
  ),
  stackRule(
    {
      id: "network-default-group",
      what: "The default security group of a network lets nothing in or out.",
      why: "Whatever is put into the network without a group of its own could talk to everything else that was.",
      remedy: "Adopt it as a DefaultSecurityGroup with ingress [] and egress [].",
      origin: "EC2.2, CKV2_AWS_12",
      ...ALWAYS,
      types: [CROSSWALK, VPC],
      reads: [DEFAULT_GROUP],
    },
    (network, stack) => {
      if (isJudgedByParts(network, stack)) return [];
      return unless(
        defaultGroups(network, stack).some(
          (group) => group.list("ingress").length === 0 && group.list("egress").length === 0,
        ),
        "has an open default group",
      );
    },
  ),
];

const places: readonly Rule[] = [
  stackRule(
    {
      id: "network-isolated",
      what: "Subnets are isolated: no public addresses, no NAT gateway.",
      why: "Nothing in them calls anybody; a NAT gateway costs $35 a month and is a way out.",
      remedy: 'Give the Vpc subnetSpecs of type Isolated and natGateways.strategy "None".',
      origin: "EC2.15, CKV_AWS_130",
      ...ALWAYS,
      types: [CROSSWALK, SUBNET, NAT],
      reads: [VPC],
    },
    (resource, stack) => {
      if (resource.type === NAT) return ["costs by the hour and leads out"];
      if (resource.type === SUBNET)
        return unless(resource.at("mapPublicIpOnLaunch") !== true, "gives public addresses");
      if (isJudgedByParts(resource, stack)) return [];
      const specs = resource.list("subnetSpecs");
      return [
        ...unless(
          specs.length > 0 && specs.every((spec) => valueAt(spec, "type") === "Isolated"),
          "has subnets that are not isolated",
        ),
        ...unless(resource.text("natGateways.strategy") === "None", "has NAT gateways"),
      ];
    },
  ),
  stackRule(
    {
      id: "network-zones",
      what: "A network is in two zones or more.",
      why: "A cluster's second instance is in another zone only where there is one.",
      remedy: "Set numberOfAvailabilityZones to 2 or more.",
      ...ALWAYS,
      types: [CROSSWALK, VPC],
      reads: [SUBNET],
    },
    (network, stack) =>
      unless(isJudgedByParts(network, stack) || zonesOf(network, stack) >= 2, "is in one zone"),
  ),
];

function isJudgedByParts(network: Subject, stack: Stack): boolean {
  return network.type === CROSSWALK && stack.of(VPC).length > 0;
}

function zonesOf(network: Subject, stack: Stack): number {
  if (network.type === CROSSWALK) return network.number("numberOfAvailabilityZones", 0);
  const subnets = stack.referring(network, SUBNET, "vpcId");
  return new Set(subnets.map((subnet) => subnet.text("availabilityZone"))).size;
}

function defaultGroups(network: Subject, stack: Stack): readonly Subject[] {
  return network.type === VPC
    ? stack.referring(network, DEFAULT_GROUP, "vpcId")
    : stack.of(DEFAULT_GROUP).filter((group) => group.text("vpcId") === network.text("vpcId"));
}

/** The rules of one direction: those of a group, or the resource that is a rule itself. */
function rulesOf(resource: Subject, direction: "ingress" | "egress"): readonly unknown[] {
  switch (resource.type) {
    case GROUP_RULE:
      return resource.text("type") === direction ? [resource.data.props] : [];
    case INGRESS_RULE:
      return direction === "ingress" ? [resource.data.props] : [];
    case EGRESS_RULE:
      return direction === "egress" ? [resource.data.props] : [];
    default:
      return resource.list(direction);
  }
}

function isForAll(rule: unknown): boolean {
  return ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"]
    .flatMap((name) => listOf(valueAt(rule, name)))
    .some((range) => textOf(range).endsWith("/0"));
}

export const network: readonly Rule[] = [...groups, ...places];
