import { expect } from "chai";
import type { Graph, Resource } from "../../local/core/graph.ts";
import { resourcesPage } from "../../tools/resources/page.ts";

const resource = (type: string, inputs: object = {}) => ({ type, id: "id", inputs, outputs: {} }) as Resource;
const graphOf = (...resources: Resource[]) => ({ project: "p", stack: "s", resources, outputs: {} }) as Graph;

const CLUSTER = "aws:rds/cluster:Cluster";
const INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const cluster = (minCapacity: number) =>
  resource(CLUSTER, {
    manageMasterUserPassword: true,
    serverlessv2ScalingConfiguration: { minCapacity },
  });
const instance = resource(INSTANCE, { clusterIdentifier: "id" });
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const alarms = (count: number) => Array.from({ length: count }, () => resource(ALARM));

describe("the page about resources", () => {
  it("counts what each stack has, and what that costs when nothing happens, after what is always free", () => {
    const dev = graphOf(cluster(0), instance, ...alarms(10), resource("andamio:index:Tasks"));
    const page = resourcesPage(dev, graphOf(cluster(0.5), instance, instance, ...alarms(12)));
    expect(page).to.match(/MetricAlarm` \| 10 \| {2}\| 12 \| 0\.20 \|/);
    expect(page).to.match(/Cluster` \| 1 \| 0\.40 \| 1 \| 0\.40 \|/);
    expect(page).to.match(/ClusterInstance` \| 1 \| {2}\| 2 \| 87\.60 \|/);
    expect(page).to.contain("| **in all** |  | **0.40** |  | **88.20** |  |");
    expect(page).not.to.contain("Tasks");
  });

  it("is not written while somebody has yet to say what a type costs, which it names", () => {
    const graph = graphOf(resource("aws:ecs/cluster:Cluster"), resource("aws:ecs/service:Service"));
    expect(() => resourcesPage(graph, graphOf())).to.throw(
      /aws:ecs\/cluster:Cluster, aws:ecs\/service:Service/,
    );
  });
});
