import * as aws from "@pulumi/aws";
// The package as a whole would bring Docker's and ECS's with it.
import { Vpc } from "@pulumi/awsx/ec2/vpc.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "./base.ts";

/** Aurora wants subnets in two zones at least, and so does whoever must survive the loss of one. */
const ZONES = 2;

/**
 * A network for databases that nobody reaches but AWS's own Data API: no address of it is public, no route leads out.
 *
 * Creates: a VPC of Pulumi's Crosswalk with an isolated subnet in each of two zones, without NAT gateways, and closes the
 * security group that every VPC has. (Crosswalk adds an internet gateway to every VPC; no route leads to it. Nothing of
 * this costs anything.) One serves all databases of a stack.
 *
 *     const network = new DatabaseNetwork("databases");
 */
export class DatabaseNetwork extends Component {
  readonly vpcId: pulumi.Output<string>;
  readonly subnetIds: pulumi.Output<string[]>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("DatabaseNetwork", name, {}, opts);
    const parent = { parent: this };
    const vpc = new Vpc(
      `${name}-vpc`,
      {
        cidrBlock: "10.0.0.0/16",
        numberOfAvailabilityZones: ZONES,
        natGateways: { strategy: "None" },
        subnetStrategy: "Auto",
        subnetSpecs: [{ type: "Isolated", cidrMask: 24 }],
      },
      parent,
    );
    this.vpcId = vpc.vpcId;
    this.subnetIds = vpc.isolatedSubnetIds;
    new aws.ec2.DefaultSecurityGroup(
      `${name}-default-group`,
      { vpcId: this.vpcId, ingress: [], egress: [] },
      parent,
    );
    this.registerOutputs({ vpcId: this.vpcId, subnetIds: this.subnetIds });
  }
}
