import { expect } from "chai";
import type { Endpoint } from "../../local/endpoint/index.ts";
import { budgets } from "../../local/services/budgets/index.ts";
import { decodeCbor } from "../../local/services/cloudwatch/cbor.ts";
import { cloudwatch } from "../../local/services/cloudwatch/index.ts";
import { type FakeCloud, fakeCloud, resourceOf, serve } from "../support/fake-cloud.ts";

const AUTHORIZATION =
  "AWS4-HMAC-SHA256 Credential=AKIA1/20261122/eu-west-1/monitoring/aws4_request, SignedHeaders=host, Signature=x";

/** `{ Namespace: "App", MetricData: [{ MetricName: "Orders", Value: 2.0, Unit: "Count" }] }`, with an indefinite list. */
const CBOR = Buffer.from(
  `a2 69${hex("Namespace")} 63${hex("App")} 6a${hex("MetricData")} 9f a3 6a${hex("MetricName")} 66${hex("Orders")} 65${hex("Value")} fb4000000000000000 64${hex("Unit")} 65${hex("Count")} ff`.replaceAll(
    " ",
    "",
  ),
  "hex",
);

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}

describe("CloudWatch", () => {
  let cloud: FakeCloud;
  let endpoint: Endpoint;

  beforeEach(async () => {
    cloud = fakeCloud();
    endpoint = await serve([{ definition: cloudwatch, service: cloudwatch.create(cloud) }], cloud);
  });

  afterEach(() => endpoint.close());

  const call = (path: string, headers: Record<string, string>, body: string | Buffer): Promise<Response> =>
    fetch(`${endpoint.url}${path}`, {
      method: "POST",
      headers: { authorization: AUTHORIZATION, ...headers },
      body: new Uint8Array(Buffer.from(body)),
    });

  const putters: Record<string, () => Promise<Response>> = {
    "a form": () =>
      call(
        "/",
        { "content-type": "application/x-www-form-urlencoded" },
        "Action=PutMetricData&Namespace=App&MetricData.member.1.MetricName=Orders&MetricData.member.1.Value=2&MetricData.member.1.Unit=Count",
      ),
    JSON: () =>
      call(
        "/",
        {
          "content-type": "application/x-amz-json-1.0",
          "x-amz-target": "GraniteServiceVersion20100801.PutMetricData",
        },
        JSON.stringify({ Namespace: "App", MetricData: [{ MetricName: "Orders", Value: 2, Unit: "Count" }] }),
      ),
    CBOR: () =>
      call(
        "/service/GraniteServiceVersion20100801/operation/PutMetricData",
        { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" },
        CBOR,
      ),
  };
  for (const [protocol, put] of Object.entries(putters)) {
    it(`takes metrics as ${protocol} and shows them in the log`, async () => {
      expect((await put()).status).to.equal(200);
      expect(cloud.entries.map(({ message }) => message)).to.include("App Orders 2 Count");
      const context = { "cloudwatch:namespace": "App" };
      expect(cloud.asked[0]?.permission).to.deep.equal({
        action: "cloudwatch:PutMetricData",
        resource: "*",
        context,
      });
    });
  }

  it("names an operation that it does not have, in CBOR too", async () => {
    const headers = { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" };
    const response = await call(
      "/service/GraniteServiceVersion20100801/operation/PutAnomalyDetector",
      headers,
      Buffer.from("a0", "hex"),
    );
    const error = decodeCbor(Buffer.from(await response.arrayBuffer())) as Record<string, string>;
    expect([response.status, error.__type]).to.deep.equal([501, "NotImplemented"]);
    expect(error.message).to.contain("cloudwatch:PutAnomalyDetector");
  });

  it("names each alarm that it does not evaluate, once", async () => {
    const service = cloudwatch.create(cloud);
    const alarm = resourceOf(cloudwatch, "aws:cloudwatch/metricAlarm:MetricAlarm", "ratio", {
      name: "ratio",
      metricQueries: [{ id: "e1", expression: "ANOMALY_DETECTION_BAND(m1)", returnData: true }],
      comparisonOperator: "GreaterThanThreshold",
      alarmActions: ["arn:aws:automate:eu-west-1:ec2:reboot"],
    });
    expect(alarm.outputs.arn).to.equal("arn:aws:cloudwatch:eu-west-1:000000000000:alarm:ratio");
    await service.realize[alarm.type]?.create(alarm);
    await service.ready?.();
    await service.ready?.();
    const notices = cloud.entries.filter(({ kind }) => kind === "notice").map(({ message }) => message);
    expect(notices).to.deep.equal([
      "Alarm ratio is recorded, not evaluated: Error in expression: the local cloud does not support the function ANOMALY_DETECTION_BAND.",
      "Alarm ratio: its action arn:aws:automate:eu-west-1:ec2:reboot is not carried out.",
    ]);
    expect(cloud.clock.waiting, "timers").to.equal(0);
  });

  it("has dashboards without a region in their ARN, and budgets", () => {
    const dashboard = resourceOf(cloudwatch, "aws:cloudwatch/dashboard:Dashboard", "d", {
      dashboardName: "tasks",
      dashboardBody: "{}",
    });
    expect(dashboard.outputs.dashboardArn).to.equal("arn:aws:cloudwatch::000000000000:dashboard/tasks");
    const budget = resourceOf(budgets, "aws:budgets/budget:Budget", "b", { name: "monthly" });
    expect(budget).to.have.property("id", "000000000000:monthly");
    expect(budget.outputs.arn).to.equal("arn:aws:budgets::000000000000:budget/monthly");
  });
});
