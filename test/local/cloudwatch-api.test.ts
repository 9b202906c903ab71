import { expect } from "chai";
import { Control } from "../../local/control/control.ts";
import { StandIns } from "../../local/control/stand-ins.ts";
import type { EventInput, ServiceApis } from "../../local/core/apis.ts";
import type { Properties } from "../../local/core/graph.ts";
import type { Service } from "../../local/core/service.ts";
import { createEndpoint, type Endpoint } from "../../local/endpoint/index.ts";
import { cloudwatch } from "../../local/services/cloudwatch/index.ts";
import { ACCOUNT, type FakeCloud, fakeCloud, REGION, resourceOf } from "../support/fake-cloud.ts";

const METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
const TOPIC = "arn:aws:sns:eu-west-1:000000000000:alerts";
const FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:repair";
const MINUTE = 60_000;

type Answer = Record<string, unknown>;

describe("CloudWatch's API and alarms over alarms", () => {
  let cloud: FakeCloud;
  let service: Service;
  let endpoint: Endpoint;
  let api: ServiceApis["cloudwatch"];
  let told: { subject: string | undefined; document: Answer }[];
  let invoked: { arn: string; event: unknown }[];
  let events: EventInput[];

  beforeEach(async () => {
    [told, invoked, events] = [[], [], []];
    const services = {
      events: { put: async (event: EventInput) => void events.push(event) },
      lambda: { invokeAsync: (arn: string, event: unknown) => void invoked.push({ arn, event }) },
      sns: {
        publish: async (_arn: string, message: string, { subject }: { subject?: string } = {}) =>
          void told.push({ subject, document: JSON.parse(message) }),
      },
    } as unknown as ServiceApis;
    cloud = fakeCloud({ services });
    service = cloudwatch.create(cloud);
    api = service.api as ServiceApis["cloudwatch"];
    Object.assign(cloud.services, { cloudwatch: api });
    endpoint = await createEndpoint({ port: 0, log: () => undefined });
    const authorizer = { usage: () => [], denials: () => [], checks: () => [] };
    const control = new Control({
      cloud,
      standIns: new StandIns(),
      users: {},
      graph: () => undefined,
      authorizer,
      reset: async () => undefined,
      follow: () => [],
      advance: (milliseconds) => cloud.clock.advance(milliseconds),
    });
    endpoint.attach({
      services: [{ definition: cloudwatch, service }],
      principalOf: () => ({ kind: "user", arn: `arn:aws:iam::${ACCOUNT}:user/local` }),
      region: REGION,
      clock: cloud.clock,
      control: (request, response) => control.handle(request, response),
    });
  });

  afterEach(async () => {
    await service.stop?.();
    await endpoint.close();
  });

  async function declare(type: string, name: string, inputs: Properties): Promise<void> {
    const own = type === COMPOSITE ? { alarmName: name } : { name };
    await service.realize[type]?.create(resourceOf(cloudwatch, type, name, { ...own, ...inputs }));
    await service.ready?.();
  }

  const alarm = (name: string, inputs: Properties = {}): Promise<void> =>
    declare(METRIC_ALARM, name, {
      namespace: "AWS/Lambda",
      metricName: "Errors",
      statistic: "Sum",
      period: 60,
      evaluationPeriods: 1,
      threshold: 0,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
      ...inputs,
    });

  async function ask(operation: string, body: object = {}): Promise<Answer> {
    const headers = {
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIA1/20261122/eu-west-1/monitoring/aws4_request, SignedHeaders=host, Signature=x",
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `GraniteServiceVersion20100801.${operation}`,
    };
    const answer = await fetch(endpoint.url, { method: "POST", headers, body: JSON.stringify(body) });
    return (await answer.json()) as Answer;
  }

  const state = (name: string) => api.alarms().find((each) => each.name === name)?.state;
  const fail = (fn: string): void => {
    api.record("AWS/Lambda", "Invocations", { FunctionName: fn }, 1);
    api.record("AWS/Lambda", "Errors", { FunctionName: fn }, 1);
  };
  const seconds = (milliseconds: number): number => milliseconds / 1000;
  const lastHour = () => ({
    StartTime: seconds(cloud.clock.now() - 60 * MINUTE),
    EndTime: seconds(cloud.clock.now() + MINUTE),
  });

  it("reads a metric's statistics, of one function and of all", async () => {
    const startedAt = cloud.clock.now();
    for (const fn of ["a", "a", "b"]) fail(fn);
    await cloud.clock.advance(MINUTE);
    fail("a");
    const of = (Dimensions: object[]) =>
      ask("GetMetricStatistics", {
        Namespace: "AWS/Lambda",
        MetricName: "Errors",
        Dimensions,
        Period: 60,
        Statistics: ["Sum", "SampleCount"],
        ExtendedStatistics: ["p50"],
        ...lastHour(),
      });
    const one = (await of([{ Name: "FunctionName", Value: "a" }])).Datapoints;
    expect(one).to.deep.equal([
      { Timestamp: seconds(startedAt), Sum: 2, SampleCount: 2, ExtendedStatistics: { p50: 1 } },
      { Timestamp: seconds(startedAt + MINUTE), Sum: 1, SampleCount: 1, ExtendedStatistics: { p50: 1 } },
    ]);
    const all = (await of([])).Datapoints as { Sum: number }[];
    expect(all.map(({ Sum }) => Sum)).to.deep.equal([3, 1]);
  });

  it("answers queries and expressions over them, the newest value first", async () => {
    for (const fn of ["a", "a", "b"]) fail(fn);
    await cloud.clock.advance(MINUTE);
    fail("a");
    const stat = (MetricName: string) => ({
      Metric: { Namespace: "AWS/Lambda", MetricName, Dimensions: [{ Name: "FunctionName", Value: "a" }] },
      Period: 60,
      Stat: "Sum",
    });
    const { MetricDataResults } = await ask("GetMetricData", {
      MetricDataQueries: [
        { Id: "e", MetricStat: stat("Errors"), ReturnData: false },
        { Id: "i", MetricStat: stat("Invocations") },
        { Id: "rate", Expression: "100 * e / i", Label: "error rate" },
      ],
      ...lastHour(),
    });
    const results = MetricDataResults as { Id: string; Label: string; Values: number[] }[];
    expect(results.map(({ Id, Label, Values }) => [Id, Label, Values])).to.deep.equal([
      ["i", "Invocations", [1, 2]],
      ["rate", "error rate", [100, 100]],
    ]);
    const wrong = { MetricDataQueries: [{ Id: "x", Expression: "SEARCH('a', 'Sum')" }], ...lastHour() };
    expect(await ask("GetMetricData", wrong)).to.include({ __type: "ValidationError" });
  });

  it("lists metrics by namespace, name and dimension", async () => {
    fail("a");
    api.record("App", "Orders", { Shop: "one" }, 1);
    const { Metrics } = await ask("ListMetrics", {
      MetricName: "Errors",
      Dimensions: [{ Name: "FunctionName" }],
    });
    const Dimensions = [{ Name: "FunctionName", Value: "a" }];
    expect(Metrics).to.deep.equal([{ Namespace: "AWS/Lambda", MetricName: "Errors", Dimensions }]);
  });

  it("goes off for errors anywhere in the account", async () => {
    await alarm("any-errors", { dimensions: {} });
    fail("somewhere");
    await cloud.clock.advance(MINUTE);
    expect(state("any-errors")).to.equal("ALARM");
  });

  it("watches expressions over metrics", async () => {
    const metric = (metricName: string) => ({
      metric: {
        namespace: "AWS/Lambda",
        metricName,
        dimensions: { FunctionName: "a" },
        period: 60,
        stat: "Sum",
      },
    });
    await alarm("rate", {
      namespace: null,
      metricName: null,
      statistic: null,
      period: null,
      threshold: 50,
      alarmActions: [TOPIC],
      metricQueries: [
        { id: "e", ...metric("Errors") },
        { id: "i", ...metric("Invocations") },
        { id: "rate", expression: "100 * e / i", returnData: true },
      ],
    });
    for (let count = 0; count < 2; count += 1)
      api.record("AWS/Lambda", "Invocations", { FunctionName: "a" }, 1);
    fail("a");
    await cloud.clock.advance(MINUTE);
    expect(state("rate")).to.equal("OK");
    fail("a");
    await cloud.clock.advance(MINUTE);
    expect(state("rate")).to.equal("ALARM");
    const trigger = told[0]?.document.Trigger as { Metrics: Answer[] };
    expect(trigger.Metrics[2]).to.deep.equal({ Id: "rate", Expression: "100 * e / i", ReturnData: true });
    const { MetricAlarms } = await ask("DescribeAlarms", { AlarmNames: ["rate"] });
    expect((MetricAlarms as { Metrics: unknown[] }[])[0]?.Metrics).to.have.length(3);
  });

  it("combines alarms, at once and over several levels", async () => {
    await alarm("errors");
    await alarm("backlog");
    await declare(COMPOSITE, "both", { alarmRule: "ALARM(errors) AND ALARM(backlog)" });
    await declare(COMPOSITE, "top", { alarmRule: 'ALARM("both")', alarmActions: [TOPIC] });
    expect([state("both"), state("top")]).to.deep.equal(["OK", "OK"]);
    const set = (AlarmName: string, StateValue: string) =>
      ask("SetAlarmState", { AlarmName, StateValue, StateReason: "a drill" });
    await set("errors", "ALARM");
    expect(state("top")).to.equal("OK");
    await set("backlog", "ALARM");
    expect(told.map(({ subject }) => subject)).to.deep.equal(['ALARM: "top" in EU (Ireland)']);
    expect(told[0]?.document).to.include({ AlarmRule: 'ALARM("both")', NewStateValue: "ALARM" });
    expect(told[0]?.document.NewStateReason).to.contain("alarm:both transitioned to ALARM");
    await set("errors", "OK");
    expect([state("both"), state("top")]).to.deep.equal(["OK", "OK"]);
  });

  it("invokes functions, with their permission, and puts events on the bus", async () => {
    await alarm("errors", { alarmActions: [FUNCTION], dimensions: { FunctionName: "a" } });
    fail("a");
    await cloud.clock.advance(MINUTE);
    expect(
      cloud.asked.find(({ principal }) => principal === "lambda.alarms.cloudwatch.amazonaws.com"),
    ).to.deep.include({
      permission: {
        action: "lambda:InvokeFunction",
        resource: FUNCTION,
        context: {
          "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:errors",
          "aws:SourceAccount": ACCOUNT,
        },
      },
    });
    const [invocation] = invoked as { arn: string; event: { alarmData: Answer } }[];
    expect(invocation?.arn).to.equal(FUNCTION);
    expect(invocation?.event).to.include({ source: "aws.cloudwatch", region: REGION, accountId: ACCOUNT });
    const data = invocation?.event.alarmData;
    expect(data).to.have.nested.property("state.value", "ALARM");
    expect(data).to.have.nested.property("previousState.value", "INSUFFICIENT_DATA");
    expect(data).to.have.nested.property("configuration.metrics[0].metricStat.metric.name", "Errors");
    expect(events.map(({ detailType }) => detailType)).to.deep.equal(["CloudWatch Alarm State Change"]);
    expect(events[0]?.detail).to.deep.equal(data);
  });

  it("describes alarms by name, prefix, state and type", async () => {
    await alarm("errors-a");
    await alarm("errors-b");
    await declare(COMPOSITE, "errors-all", { alarmRule: "ALARM(errors-a)" });
    await ask("SetAlarmState", { AlarmName: "errors-b", StateValue: "ALARM", StateReason: "a drill" });
    const names = async (input: object): Promise<unknown[]> => {
      const { MetricAlarms, CompositeAlarms } = await ask("DescribeAlarms", input);
      return [...(MetricAlarms as Answer[]), ...(CompositeAlarms as Answer[])].map(
        ({ AlarmName }) => AlarmName,
      );
    };
    expect(await names({})).to.deep.equal(["errors-a", "errors-b"]);
    expect(await names({ AlarmNames: ["errors-a", "other"] })).to.deep.equal(["errors-a"]);
    expect(await names({ AlarmNamePrefix: "errors-", StateValue: "ALARM" })).to.deep.equal(["errors-b"]);
    expect(await names({ AlarmTypes: ["CompositeAlarm"] })).to.deep.equal(["errors-all"]);
    const wrong = { AlarmName: "other", StateValue: "ALARM", StateReason: "a drill" };
    expect(await ask("SetAlarmState", wrong)).to.include({ __type: "ResourceNotFound" });
  });

  it("shows all alarms on the control API", async () => {
    await alarm("errors");
    await ask("SetAlarmState", { AlarmName: "errors", StateValue: "ALARM", StateReason: "a drill" });
    const answer = await fetch(`${endpoint.url}/_local/alarms`);
    const since = cloud.clock.now();
    expect(await answer.json()).to.deep.equal({
      items: [{ name: "errors", state: "ALARM", reason: "a drill", since }],
    });
  });

  it("keeps dashboards", async () => {
    const dashboardBody = JSON.stringify({ widgets: [] });
    await declare("aws:cloudwatch/dashboard:Dashboard", "d", { dashboardName: "shop", dashboardBody });
    expect(await ask("GetDashboard", { DashboardName: "shop" })).to.deep.equal({
      DashboardArn: "arn:aws:cloudwatch::000000000000:dashboard/shop",
      DashboardBody: dashboardBody,
      DashboardName: "shop",
    });
    const { DashboardEntries } = await ask("ListDashboards");
    expect(DashboardEntries).to.have.nested.property("[0].Size", dashboardBody.length);
    expect(await ask("GetDashboard", { DashboardName: "other" })).to.include({ __type: "ResourceNotFound" });
  });
});
