import { expect } from "chai";
import { UserError } from "../../local/core/errors.ts";
import type { Properties } from "../../local/core/graph.ts";
import { lambda } from "../../local/services/lambda/index.ts";
import { resourceOf } from "../support/fake-cloud.ts";
import { LambdaCloud } from "./support/lambda-cloud.ts";

const INVOCATION = "aws:lambda/invocation:Invocation";
const CODE = `export const handler = async (event) => {
  if (event.fail) throw new Error("The table is in the way");
  console.log("invoked with " + JSON.stringify(event));
};`;

describe("functions invoked by a deployment", () => {
  let cloud: LambdaCloud;

  before(async () => {
    cloud = await LambdaCloud.start();
    await cloud.deploy("migrate", CODE);
  });
  after(() => cloud.stop());

  const declared = (inputs: Properties) =>
    resourceOf(lambda, INVOCATION, "migration", { functionName: "migrate", input: "{}", ...inputs });
  const create = (inputs: Properties) => cloud.realize(declared(inputs));
  const update = async (before: Properties, after: Properties) =>
    cloud.lambda.realize[INVOCATION]?.update?.(declared(after), declared(before));
  const invocations = () => cloud.invocations.length;

  it("get the input when the resource is new, and again when input or triggers change", async () => {
    const first = { input: '{"to":1}', triggers: { files: "a" } };
    await create(first);
    expect(cloud.logOf("migrate").join()).to.contain('invoked with {"to":1}');
    const count = invocations();
    await update(first, { ...first, tags: { unrelated: "yes" } });
    expect(invocations()).to.equal(count);
    await update(first, { ...first, triggers: { files: "b" } });
    await update(first, { ...first, input: '{"to":2}' });
    expect(invocations()).to.equal(count + 2);
  });

  it("end the deployment with what they say when they fail", async () => {
    const failure = await create({ input: '{"fail":true}' }).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(UserError);
    expect(failure).to.have.property("message", `${INVOCATION} "migration" failed: The table is in the way`);
  });

  it("are refused where they are to be told of updates and deletion", async () => {
    const failure = await create({ lifecycleScope: "CRUD" }).catch((error: Error) => error.message);
    expect(failure).to.contain("lifecycleScope CRUD");
  });
});
