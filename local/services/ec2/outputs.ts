/** What AWS would return for the resources of a network. */
import type { RegisteredResource, Value } from "../../core/graph.ts";
import { arn, hexToken, physicalName } from "../../core/names.ts";
import type { Outputs, OutputsOf, World } from "../../core/service.ts";

/** A resource that has an id of AWS's making, an ARN, and nothing else that a program could ask for. */
const plain =
  (prefix: string, arnKind: string): OutputsOf =>
  ({ urn }, world) =>
    owned(idOf(prefix, urn), arnKind, world);

const vpc: OutputsOf = ({ urn, inputs }, world) => ({
  ...owned(idOf("vpc", urn), "vpc", world),
  cidrBlock: inputs.cidrBlock ?? "10.0.0.0/16",
  defaultNetworkAclId: idOf("acl", urn),
  defaultRouteTableId: idOf("rtb", urn),
  mainRouteTableId: idOf("rtb", urn),
  defaultSecurityGroupId: idOf("sg", urn),
  dhcpOptionsId: idOf("dopt", urn),
  enableDnsHostnames: inputs.enableDnsHostnames ?? false,
  enableDnsSupport: inputs.enableDnsSupport ?? true,
  instanceTenancy: inputs.instanceTenancy ?? "default",
});

const subnet: OutputsOf = ({ urn, inputs }, world) => ({
  ...owned(idOf("subnet", urn), "subnet", world),
  availabilityZone: inputs.availabilityZone ?? `${world.region}a`,
  mapPublicIpOnLaunch: inputs.mapPublicIpOnLaunch ?? false,
});

const securityGroup: OutputsOf = (resource, world) => ({
  ...owned(idOf("sg", resource.urn), "security-group", world),
  name: physicalName(resource),
  description: resource.inputs.description ?? "Managed by Pulumi",
  ingress: resource.inputs.ingress ?? [],
  egress: resource.inputs.egress ?? [],
});

/** Takes over what the VPC has had from the beginning. */
const defaultSecurityGroup: OutputsOf = ({ urn, inputs }, world) => ({
  ...owned(idOf("sg", typeof inputs.vpcId === "string" ? inputs.vpcId : urn), "security-group", world),
  name: "default",
  description: "default VPC security group",
});

const route: OutputsOf = ({ urn, inputs }) => ({
  id: `r-${String(inputs.routeTableId)}${hexToken(urn, 10)}`,
  state: "active",
});

/** The zones that `awsx.ec2.Vpc` takes, unless told otherwise: the first three of a region. */
const ZONE_LETTERS = ["a", "b", "c"];

/** What awsx makes in every zone, unless told otherwise. */
const DEFAULT_SUBNETS: readonly Value[] = [{ type: "Public" }, { type: "Private" }];

/**
 * The ids that a program asks a `Vpc` of Crosswalk for. The resources within it belong to a plugin of another process:
 * they are not in the graph. https://www.pulumi.com/registry/packages/awsx/api-docs/ec2/vpc/
 */
const crosswalkVpc: OutputsOf = (resource) => {
  const { urn, inputs } = resource;
  const zones = zonesOf(resource);
  const specs = Array.isArray(inputs.subnetSpecs) ? inputs.subnetSpecs : DEFAULT_SUBNETS;
  const idsOf = (type: string): string[] =>
    zones.flatMap((zone) =>
      specs.flatMap((spec, index) => (typeOf(spec) === type ? idOf("subnet", `${urn}${zone}${index}`) : [])),
    );
  return {
    id: "",
    vpcId: idOf("vpc", urn),
    publicSubnetIds: idsOf("public"),
    privateSubnetIds: idsOf("private"),
    isolatedSubnetIds: idsOf("isolated"),
  };
};

function zonesOf({ inputs }: RegisteredResource): string[] {
  const { availabilityZoneNames, numberOfAvailabilityZones } = inputs;
  if (Array.isArray(availabilityZoneNames)) return availabilityZoneNames.map(String);
  return ZONE_LETTERS.slice(0, Number(numberOfAvailabilityZones ?? ZONE_LETTERS.length));
}

/** awsx does not tell upper from lower case here. */
function typeOf(spec: Value): string {
  return typeof spec === "object" && spec !== null && "type" in spec ? String(spec.type).toLowerCase() : "";
}

function idOf(prefix: string, seed: string): string {
  return `${prefix}-0${hexToken(`${prefix}${seed}`, 16)}`;
}

function owned(id: string, arnKind: string, world: World): Outputs {
  return { id, arn: arn(world, "ec2", `${arnKind}/${id}`), ownerId: world.account };
}

/** By Pulumi type token. */
export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": defaultSecurityGroup,
  "aws:ec2/eip:Eip": plain("eipalloc", "elastic-ip"),
  "aws:ec2/internetGateway:InternetGateway": plain("igw", "internet-gateway"),
  "aws:ec2/natGateway:NatGateway": plain("nat", "natgateway"),
  "aws:ec2/networkAcl:NetworkAcl": plain("acl", "network-acl"),
  "aws:ec2/route:Route": route,
  "aws:ec2/routeTable:RouteTable": plain("rtb", "route-table"),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ({ urn }) => ({ id: idOf("rtbassoc", urn) }),
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:ec2/securityGroupRule:SecurityGroupRule": ({ urn }) => ({ id: `sgrule-${hexToken(urn, 10)}` }),
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/vpcEndpoint:VpcEndpoint": plain("vpce", "vpc-endpoint"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": plain("sgr", "security-group-rule"),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": plain("sgr", "security-group-rule"),
  "awsx:ec2:Vpc": crosswalkVpc,
};
