import { CreateScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { expect } from "chai";
import { scheduler } from "../../local/services/scheduler/index.ts";
import { ssm } from "../../local/services/ssm/index.ts";
import { eventually } from "../support/eventually.ts";
import { ACCOUNT, DataCloud } from "./support/data-cloud.ts";

const PUT = "arn:aws:scheduler:::aws-sdk:ssm:putParameter";

describe("A schedule with a universal target", () => {
  let cloud: DataCloud;

  before(async () => {
    cloud = await DataCloud.start([scheduler, ssm]);
    await cloud.ready();
  });

  after(() => cloud.stop());

  async function role(name: string, Resource: string): Promise<string> {
    const arn = `arn:aws:iam::${ACCOUNT}:role/${name}`;
    const trust = {
      Effect: "Allow",
      Principal: { Service: "scheduler.amazonaws.com" },
      Action: "sts:AssumeRole",
    };
    const assumeRolePolicy = JSON.stringify({ Statement: trust });
    await cloud.declare("aws:iam/role:Role", name, { arn, name, assumeRolePolicy });
    const policy = JSON.stringify({ Statement: { Effect: "Allow", Action: "ssm:PutParameter", Resource } });
    await cloud.declare("aws:iam/rolePolicy:RolePolicy", name, { role: name, policy });
    return arn;
  }

  async function create(name: string, RoleArn: string, Arn = PUT): Promise<unknown> {
    const client = new SchedulerClient(cloud.asUser);
    const Input = JSON.stringify({ Name: name, Value: "<aws.scheduler.attempt-number>", Type: "String" });
    try {
      return await client.send(
        new CreateScheduleCommand({
          Name: name,
          ScheduleExpression: "rate(1 day)",
          FlexibleTimeWindow: { Mode: "OFF" },
          Target: { Arn, RoleArn, Input },
        }),
      );
    } finally {
      client.destroy();
    }
  }

  it("calls the action in its role, with the input of the schedule", async () => {
    await create("allowed", await role("writer", `arn:aws:ssm:*:${ACCOUNT}:parameter/allowed`));
    const body = Buffer.from(JSON.stringify({ Name: "allowed" }));
    const { body: answer } = await eventually(() => cloud.call("ssm", { operation: "GetParameter", body }));
    expect(JSON.parse(String(answer))).to.have.nested.property("Parameter.Value", "1");
  });

  it("calls nothing that its role may not call", async () => {
    await create("refused", await role("stranger", `arn:aws:ssm:*:${ACCOUNT}:parameter/other`));
    await eventually(() =>
      expect(cloud.log.map(({ message }) => message).join("\n")).to.match(
        /refused.*not authorized to perform: ssm:PutParameter/,
      ),
    );
  });

  it("is refused when the action only reads, or is of a service that is not here", async () => {
    const arn = await role("reader", "*");
    const message = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => "accepted",
        (error: Error) => `${error.name}: ${error.message}`,
      );
    const read = "arn:aws:scheduler:::aws-sdk:ssm:getParameter";
    expect(await message(create("read", arn, read))).to.match(/^ValidationException.*getParameter/);
    const foreign = "arn:aws:scheduler:::aws-sdk:ec2:startInstances";
    expect(await message(create("foreign", arn, foreign))).to.match(/^NotImplemented.*ec2:startInstances/);
  });
});
