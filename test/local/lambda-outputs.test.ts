import { expect } from "chai";
import type { Properties } from "../../local/core/graph.ts";
import { outputs } from "../../local/services/lambda/outputs.ts";
import { registered, resourceOf, WORLD } from "../support/fake-cloud.ts";
import { LambdaCloud } from "./support/lambda-cloud.ts";

const ARN = "arn:aws:lambda:eu-west-1:000000000000:function:create";

function outputsOf(type: string, inputs: Properties): Properties {
  return resourceOf({ outputs }, `aws:lambda/${type}`, "create", inputs).outputs;
}

describe("Outputs of Lambda's resources", () => {
  it("are those of a function", () => {
    const made = outputsOf("function:Function", { name: "create", role: "r", publish: true });
    expect(made).to.include({
      arn: ARN,
      invokeArn: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${ARN}/invocations`,
      qualifiedArn: `${ARN}:1`,
      version: "1",
      memorySize: 128,
      timeout: 3,
      packageType: "Zip",
    });
    expect(made.loggingConfig).to.deep.equal({ logFormat: "Text", logGroup: "/aws/lambda/create" });
    expect(outputsOf("function:Function", { role: "r" }).name).to.match(/^create-[0-9a-f]{7}$/);
    expect(outputsOf("function:Function", { role: "r" }).version).to.equal("$LATEST");
  });

  it("change a function's hash with its code", () => {
    const hash = (text: string) => {
      const asset = { kind: "asset", text } as const;
      return outputsOf("function:Function", { code: { kind: "archive", assets: { "index.mjs": asset } } })
        .codeSha256;
    };
    expect(hash("a")).to.equal(hash("a"));
    expect(hash("a")).not.to.equal(hash("b"));
  });

  it("are those of an alias, whether it names its function or gives its ARN", () => {
    for (const functionName of ["create", ARN]) {
      const made = outputsOf("alias:Alias", { name: "live", functionName, functionVersion: "1" });
      expect(made.arn).to.equal(`${ARN}:live`);
      expect(made.invokeArn).to.equal(
        `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${ARN}:live/invocations`,
      );
    }
  });

  it("are those of an event source mapping", () => {
    const queue = outputsOf("eventSourceMapping:EventSourceMapping", {
      functionName: `${ARN}:live`,
      eventSourceArn: "arn:aws:sqs:eu-west-1:000000000000:jobs",
    });
    expect(queue).to.include({ functionArn: `${ARN}:live`, batchSize: 10, state: "Enabled" });
    expect(queue.uuid).to.match(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(queue.arn).to.equal(`arn:aws:lambda:eu-west-1:000000000000:event-source-mapping:${queue.uuid}`);
    const stream = outputsOf("eventSourceMapping:EventSourceMapping", {
      functionName: "create",
      eventSourceArn: "arn:aws:dynamodb:eu-west-1:000000000000:table/t/stream/x",
      enabled: false,
    });
    expect(stream).to.include({
      functionArn: ARN,
      batchSize: 100,
      state: "Disabled",
      maximumRetryAttempts: -1,
    });
  });

  it("are those of the smaller resources", () => {
    const id = (type: string, inputs: Properties) => {
      const own = registered(`aws:lambda/${type}`, "create", inputs);
      return outputs[own.type]?.(own, WORLD).id;
    };
    expect(id("permission:Permission", { statementId: "AllowApi" })).to.equal("AllowApi");
    expect(id("permission:Permission", {})).to.match(/^create-[0-9a-f]{7}$/);
    expect(
      id("functionEventInvokeConfig:FunctionEventInvokeConfig", { functionName: "f", qualifier: "q" }),
    ).to.equal("f:q");
    expect(
      id("provisionedConcurrencyConfig:ProvisionedConcurrencyConfig", { functionName: "f", qualifier: "q" }),
    ).to.equal("f,q");
    expect(id("functionRecursionConfig:FunctionRecursionConfig", { functionName: "f" })).to.equal("f");
    expect(id("runtimeManagementConfig:RuntimeManagementConfig", { functionName: "create" })).to.equal(ARN);
    expect(id("layerVersion:LayerVersion", { layerName: "l" })).to.equal(
      "arn:aws:lambda:eu-west-1:000000000000:layer:l:1",
    );
    expect(id("codeSigningConfig:CodeSigningConfig", {})).to.match(/:code-signing-config:csc-[0-9a-f]{17}$/);
    expect(outputsOf("functionUrl:FunctionUrl", { functionName: "create" })).to.include({ functionArn: ARN });
  });

  it("come with a word about what the local cloud does not carry out", async () => {
    const cloud = await LambdaCloud.start();
    await cloud.deploy("layered", "export const handler = 1;", {
      layers: ["arn:aws:lambda:eu-west-1:1:layer:x:1"],
    });
    await cloud.make("aws:lambda/functionUrl:FunctionUrl", "public", { functionName: "layered" });
    await cloud.make("aws:lambda/layerVersion:LayerVersion", "shared", { layerName: "shared" });
    expect(cloud.cloud.entries.map(({ message }) => message)).to.deep.equal([
      "layered: layers are not mounted in the local cloud.",
      "The local cloud does not support function URLs yet: public is recorded only.",
      "The local cloud does not support mounting layers yet: shared is recorded only.",
    ]);
    await cloud.stop();
  });
});
