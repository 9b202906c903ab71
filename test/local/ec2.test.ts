import { expect } from "chai";
import type { Properties } from "../../local/core/graph.ts";
import { outputs } from "../../local/services/ec2/outputs.ts";
import { registered, WORLD } from "../support/fake-cloud.ts";

describe("networks", () => {
  const outputsOf = (type: string, inputs: Properties = {}) => {
    const computed = outputs[type]?.(registered(type, "net", inputs), WORLD);
    if (!computed) throw new Error(`no outputs for ${type}`);
    return computed;
  };

  const ids: readonly (readonly [string, RegExp])[] = [
    ["vpc:Vpc", /^vpc-[0-9a-f]{17}$/],
    ["subnet:Subnet", /^subnet-[0-9a-f]{17}$/],
    ["securityGroup:SecurityGroup", /^sg-[0-9a-f]{17}$/],
    ["routeTable:RouteTable", /^rtb-[0-9a-f]{17}$/],
    ["internetGateway:InternetGateway", /^igw-[0-9a-f]{17}$/],
  ];
  for (const [type, pattern] of ids) {
    it(`have ids and ARNs in the form of AWS: ${type}`, () => {
      const { id, arn } = outputsOf(`aws:ec2/${type}`);
      expect(id).to.match(pattern);
      expect(String(arn))
        .to.match(/^arn:aws:ec2:[a-z0-9-]+:000000000000:[a-z-]+\//)
        .and.contain(id);
    });
  }

  it("of Crosswalk have a subnet of each kind in each zone", () => {
    const isolated = outputsOf("awsx:ec2:Vpc", {
      numberOfAvailabilityZones: 2,
      subnetSpecs: [{ type: "Isolated" }, { type: "Unused" }],
    });
    expect(isolated).to.deep.include({ publicSubnetIds: [], privateSubnetIds: [] });
    expect(new Set(isolated.isolatedSubnetIds as string[]).size).to.equal(2);
    expect(String(isolated.vpcId)).to.match(/^vpc-/);
    const usual = outputsOf("awsx:ec2:Vpc");
    expect([usual.publicSubnetIds, usual.privateSubnetIds, usual.isolatedSubnetIds]).to.have.nested.property(
      "[0].length",
      3,
    );
    expect(usual.privateSubnetIds).to.have.length(3);
    expect(usual.isolatedSubnetIds).to.have.length(0);
  });
});
