import { expect } from "chai";
import type { Resource } from "../../local/core/graph.ts";
import { accessKeyOf } from "../../local/core/identity.ts";
import { iam } from "../../local/services/iam/index.ts";
import { sts } from "../../local/services/sts/index.ts";
import { fakeCloud, resourceOf, serve } from "../support/fake-cloud.ts";

const ARN = "arn:aws:lambda:eu-west-1:000000000000:function:create";

describe("STS", () => {
  const resource: Resource = {
    ...resourceOf(iam, "aws:iam/role:Role", "creator", { name: "creator" }),
    type: "aws:lambda/function:Function",
    outputs: { arn: ARN, name: "create", role: "arn:aws:iam::000000000000:role/creator" },
  };
  const cloud = fakeCloud({ resources: () => [resource] });

  async function call(
    accessKeyId: string,
    action = "GetCallerIdentity",
  ): Promise<{ status: number; text: string }> {
    const endpoint = await serve([{ definition: sts, service: sts.create(cloud) }], cloud);
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261122/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=x`;
    const body = new URLSearchParams({ Action: action, Version: "2011-06-15" });
    const response = await fetch(endpoint.url, { method: "POST", headers: { authorization }, body });
    const answer = { status: response.status, text: await response.text() };
    await endpoint.close();
    return answer;
  }

  it("tells a function that it acts in a session of its role", async () => {
    const { text } = await call(accessKeyOf(ARN));
    expect(text).to.contain("<Arn>arn:aws:sts::000000000000:assumed-role/creator/create</Arn>");
    expect(text).to.match(/<UserId>AROA[0-9A-F]{17}:create<\/UserId><Account>000000000000<\/Account>/);
  });

  it("tells everybody else that they are the user", async () => {
    expect((await call("AKIAOTHER")).text).to.contain("<Arn>arn:aws:iam::000000000000:user/local</Arn>");
  });

  it("names an operation that it does not have", async () => {
    const { status, text } = await call("AKIAOTHER", "GetSessionToken");
    expect(status).to.equal(501);
    expect(text).to.contain("<Code>NotImplemented</Code>").and.to.contain("sts:GetSessionToken");
  });
});
