import { expect } from "chai";
import type { Properties, Resource } from "../../local/core/graph.ts";
import { CHARGES } from "../../tools/cost/charges.ts";
import { type Estimate, estimateOf, type Line, sumOf } from "../../tools/cost/estimate.ts";
import { costPage } from "../../tools/cost/page.ts";
import type { Meter } from "../../tools/cost/prices.ts";
import { estimateText } from "../../tools/cost/text.ts";
import { evaluated } from "../support/evaluated.ts";
import {
  arn,
  FUNCTION,
  graphWith,
  integration,
  lambda,
  QUEUE,
  resource,
  STACK,
  TABLE,
} from "./support/graphs.ts";

const CLUSTER = "aws:rds/cluster:Cluster";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const CREATING = '{"eventName":["INSERT"]}';
const ARM = { architectures: ["arm64"], memorySize: 512 };

/** Two routes: one writes an order, which a function puts into a queue for another; one reads orders. */
function shop(...more: readonly Resource[]) {
  const orders = arn(TABLE, "orders");
  return graphWith(
    resource("aws:apigateway/restApi:RestApi", "api", {
      body: JSON.stringify({
        paths: { "/orders": { post: integration("create"), get: integration("list"), options: {} } },
      }),
    }),
    resource(TABLE, "orders", {
      billingMode: "PAY_PER_REQUEST",
      globalSecondaryIndexes: [{ name: "byDate" }],
    }),
    resource(QUEUE, "work"),
    ...lambda("create", { "dynamodb:PutItem": orders }, {}, ARM),
    ...lambda("list", { "dynamodb:Query": orders }, {}, ARM),
    ...lambda("publish", { "sqs:SendMessage": arn(QUEUE, "work") }, {}, ARM),
    ...lambda("work", { "dynamodb:UpdateItem": orders }, {}, ARM),
    resource(MAPPING, "changes", {
      eventSourceArn: `${orders}/stream/1`,
      functionName: arn(FUNCTION, "publish"),
      startingPosition: "TRIM_HORIZON",
      filterCriteria: { filters: [{ pattern: CREATING }] },
    }),
    resource(MAPPING, "messages", {
      eventSourceArn: arn(QUEUE, "work"),
      functionName: arn(FUNCTION, "work"),
    }),
    ...more,
  );
}

function quantity({ lines }: Estimate, meter: Meter, part: Line["part"] = "use"): number {
  return lines
    .filter((line) => line.meter === meter && line.part === part)
    .reduce((sum, line) => sum + line.quantity, 0);
}

function cluster(minCapacity: number, ...instances: readonly string[]): Resource[] {
  const scaling = { minCapacity, maxCapacity: 4 };
  const inputs = { manageMasterUserPassword: true, serverlessv2ScalingConfiguration: scaling };
  return [
    resource(CLUSTER, "db", inputs),
    ...instances.map((name) =>
      resource("aws:rds/clusterInstance:ClusterInstance", name, {
        clusterIdentifier: "db",
        instanceClass: "db.serverless",
      }),
    ),
  ];
}

const fixedOf = (...resources: readonly Resource[]) => estimateOf(graphWith(...resources), { requests: 0 });

describe("the cost of a stack", () => {
  it("follows requests from the gateway through functions, tables, streams and queues", () => {
    const estimate = estimateOf(shop(), { requests: 600_000 });
    expect(quantity(estimate, "apiRequests")).to.equal(600_000);
    // 300,000 created, 300,000 listed; a third of the created ones' changes is published and worked on.
    expect(quantity(estimate, "invocations")).to.be.closeTo(600_000 + 200_000, 1e-6);
    expect(quantity(estimate, "armSeconds")).to.be.closeTo(800_000 * 0.1 * 0.5, 1e-6);
    // The worker's own write comes back to the table and goes no further. 2 units and 1 for the index.
    expect(quantity(estimate, "tableWrites")).to.be.closeTo((300_000 + 100_000) * 3, 1e-6);
    expect(quantity(estimate, "tableReads")).to.equal(300_000);
    expect(quantity(estimate, "queueRequests")).to.be.closeTo(100_000 * 3, 1e-6);
    expect(quantity(estimate, "logs")).to.be.closeTo(0.8 + 0.3, 1e-9);
  });

  it("is what the price table says of the quantities, with the free tier apart", () => {
    const { lines, free } = estimateOf(shop(), { requests: 2_000_000, milliseconds: 200 });
    // 2 M requests to the API and 2.67 M invocations of 0.1 GB-seconds.
    const dollars = (meter: Meter) => sumOf(lines.filter((line) => line.meter === meter));
    expect(dollars("apiRequests")).to.be.closeTo(7, 1e-9);
    expect(dollars("invocations")).to.be.closeTo((8 / 3) * 0.2, 1e-9);
    expect(dollars("armSeconds")).to.be.closeTo((800_000 / 3) * 0.0000133334, 1e-9);
    expect(dollars("tableWrites")).to.be.closeTo(4 * 0.705, 1e-9);
    expect(free.all.find(({ meter }) => meter === "invocations")?.dollars).to.be.closeTo(0.2, 1e-9);
    expect(free.all.find(({ meter }) => meter === "armSeconds")?.quantity).to.be.closeTo(800_000 / 3, 1e-6);
    expect(free.fixed.map(({ meter }) => meter)).to.deep.equal(["queueRequests"]);
  });

  it("of what only is there is paid without any request", () => {
    const { lines } = fixedOf(
      resource("aws:secretsmanager/secret:Secret", "key"),
      resource("aws:cloudwatch/metricAlarm:MetricAlarm", "rate", {
        metricQueries: [
          { id: "a", metric: {} },
          { id: "b", metric: {} },
          { id: "e", expression: "a/b" },
        ],
      }),
      resource(MAPPING, "messages", { eventSourceArn: arn(QUEUE, "work"), functionName: arn(FUNCTION, "f") }),
      resource("awsx:ec2:Vpc", "vpc", { natGateways: { strategy: "Single" } }),
    );
    const dollars = Object.fromEntries(lines.map((line) => [line.resource, line.dollars]));
    expect(dollars.key).to.equal(0.4);
    expect(dollars.rate).to.equal(0.2);
    expect(dollars.messages).to.be.closeTo(0.2628, 1e-9);
    expect(dollars.vpc).to.be.closeTo(730 * 0.048, 1e-9);
    expect(lines.every(({ part }) => part === "fixed")).to.equal(true);
  });

  it("of a database is its least capacity, or none while it pauses until somebody uses it", () => {
    const always = fixedOf(...cluster(0.5, "writer", "reader"));
    expect(quantity(always, "capacity", "fixed")).to.equal(730);
    const pausing = cluster(0, "writer");
    expect(quantity(fixedOf(...pausing), "capacity", "fixed")).to.equal(0);
    const used = lambda("list", { "rds-data:ExecuteStatement": arn(CLUSTER, "db") });
    const graph = (requests: number) => {
      const body = JSON.stringify({ paths: { "/": { get: integration("list") } } });
      const api = resource("aws:apigateway/restApi:RestApi", "api", { body });
      return estimateOf(graphWith(api, ...used, ...pausing), { requests });
    };
    // 12 uses keep it awake for five minutes each, at half a unit.
    expect(quantity(graph(12), "capacity")).to.be.closeTo(0.5, 1e-9);
    expect(quantity(graph(1_000_000), "capacity")).to.equal(365);
    expect(quantity(graph(12), "dataCalls")).to.equal(36);
  });

  it("of schedules is paid whether anybody uses the stack or not", () => {
    const target = { arn: `${arn(FUNCTION, "tick")}:live` };
    const schedule = resource("aws:scheduler/schedule:Schedule", "every-hour", {
      scheduleExpression: "rate(1 hour)",
      target,
    });
    const daily = resource("aws:scheduler/schedule:Schedule", "daily", {
      scheduleExpression: "cron(0 3 * * ? *)",
      target,
    });
    const estimate = fixedOf(...lambda("tick"), schedule, daily);
    expect(quantity(estimate, "invocations", "fixed")).to.be.closeTo(730 + 730 / 24, 0.1);
  });

  it("belongs to the system that a resource is part of", () => {
    const shared = resource("aws:secretsmanager/secret:Secret", "for-all", {}, STACK);
    const own = resource("aws:secretsmanager/secret:Secret", "own");
    const { lines } = estimateOf(shop(shared, own), { requests: 0 });
    const systems = lines
      .filter(({ meter }) => meter === "secrets")
      .map((line) => [line.resource, line.system]);
    expect(systems).to.deep.equal([
      ["for-all", "shared"],
      ["own", "shop"],
    ]);
  });

  it("names what has no known price, and counts it in no sum", () => {
    const unknown: readonly [string, Properties][] = [
      ["aws:ecs/service:Service", {}],
      ["aws:dynamodb/table:Table", { billingMode: "PROVISIONED" }],
      ["aws:rds/clusterInstance:ClusterInstance", { instanceClass: "db.r6g.large" }],
    ];
    const graph = graphWith(...unknown.map(([type, inputs], index) => resource(type, `r${index}`, inputs)));
    const estimate = estimateOf(graph, { requests: 0 });
    expect(estimate.unpriced).to.deep.equal(unknown.map(([type], index) => ({ type, names: [`r${index}`] })));
    expect(estimateText(estimate)).to.contain("PRICE NOT KNOWN, in no sum: aws:ecs/service:Service (r0)");
    expect(costPage([graph])).to.contain("**Not priced, in no sum: `aws:ecs/service:Service`");
  });

  it("is known for every resource of the stacks, and at rest mostly that of the databases", async () => {
    for (const stack of ["dev", "prod"]) {
      const graph = await evaluated(stack);
      const estimate = estimateOf(graph, { requests: 0 });
      expect(estimate.unpriced).to.deep.equal([]);
      const database = sumOf(estimate.lines.filter(({ meter }) => meter === "capacity"));
      expect(database).to.be.closeTo(stack === "prod" ? 4 * 0.5 * 730 * 0.14 : 0, 1e-9);
    }
    expect(Object.values(CHARGES).every(({ note }) => note.length > 0)).to.equal(true);
  });
});
