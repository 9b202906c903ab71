import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import { functionResource, LambdaCloud } from "./support/lambda-cloud.ts";

/** Tells what it is, and by the thread's number when it was started. */
const TELLING = (what: string) => `
import { threadId } from "node:worker_threads";
const { TABLE, LAMBDA_TASK_ROOT } = process.env;
const inFolder = process.cwd() === LAMBDA_TASK_ROOT && import.meta.dirname.endsWith(LAMBDA_TASK_ROOT);
export const handler = async () => ({ what: "${what}", table: TABLE, threadId, inFolder });`;

interface Told {
  readonly what: string;
  readonly table?: string;
  readonly threadId: number;
  readonly inFolder: boolean;
}

describe("a Lambda environment that starts while its code is being made", () => {
  let cloud: LambdaCloud;

  const tell = async (arn: string) => (await cloud.invoke(arn)).result as Told;
  /** Announces other code for the function, and starts another thread before it is there. */
  const announce = async (): Promise<number> => {
    cloud.cloud.services.lambda.prepare(functionResource("edited", "").urn);
    return (await tell(await cloud.deploy("another", TELLING("another")))).threadId;
  };

  beforeEach(async () => {
    cloud = await LambdaCloud.start();
  });

  afterEach(() => cloud.stop());

  it("handles the first event of the new code", async () => {
    const environment = { variables: { TABLE: "tasks" } };
    const arn = await cloud.deploy("edited", TELLING("old"), { environment });
    expect(await tell(arn)).to.include({ what: "old", inFolder: true });
    const later = await announce();
    await cloud.deploy("edited", TELLING("new"), { environment });
    const told = await tell(arn);
    expect(told).to.include({ what: "new", table: "tasks", inFolder: true });
    expect(told.threadId).to.be.below(later);
  });

  it("is of no use when more than the code is other", async () => {
    const arn = await cloud.deploy("edited", TELLING("old"), {
      environment: { variables: { TABLE: "tasks" } },
    });
    const later = await announce();
    await cloud.deploy("edited", TELLING("new"), { environment: { variables: { TABLE: "others" } } });
    const told = await tell(arn);
    expect(told).to.include({ what: "new", table: "others" });
    expect(told.threadId).to.be.above(later);
  });

  it("says why code cannot be loaded, and the next code runs", async () => {
    const arn = await cloud.deploy("edited", TELLING("old"));
    await announce();
    await cloud.deploy("edited", "throw new Error('at the top');");
    const failed = await cloud.invoke(arn);
    expect(failed.failed).to.equal(true);
    expect(failed.result).to.include({ errorMessage: "at the top" });
    expect(cloud.logOf("edited").join("\n")).to.include("at the top");
    await cloud.deploy("edited", TELLING("mended"));
    await eventually(async () => expect(await tell(arn)).to.include({ what: "mended" }));
  });
});
