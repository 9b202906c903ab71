import { expect } from "chai";
import { dashboardBody } from "../../components/cloudwatch-dashboard.ts";
import type { MetricQuery, Panel } from "../../components/dashboard-panels.ts";
import { panelsOf } from "../../components/dashboard-panels.ts";
import { toGrafana } from "../../components/grafana.ts";

const PANELS = panelsOf({
  apis: [{ name: "tasks-api", stage: "v1" }],
  functions: ["tasks-create", "tasks-list"],
  streamConsumers: ["tasks-publish"],
  queues: ["tasks-work"],
  deadLetterQueues: ["tasks-work-dead"],
  tables: ["tasks-table"],
  workflows: ["arn:aws:states:eu-west-1:000000000000:stateMachine:tasks-import"],
});

interface GrafanaPanel {
  readonly title: string;
  readonly gridPos: { x: number; y: number; w: number; h: number };
  readonly targets: readonly (Omit<MetricQuery, "name"> & {
    metricName: string;
    region: string;
    period: string;
  })[];
}

function grafanaPanels(panels: readonly Panel[]): GrafanaPanel[] {
  const dashboard = toGrafana(JSON.stringify(dashboardBody(panels, "eu-west-1")), "tasks");
  return dashboard.panels as GrafanaPanel[];
}

describe("a Grafana dashboard", () => {
  it("shows the very metrics of the CloudWatch dashboard", () => {
    const shown = grafanaPanels(PANELS).map(({ title, targets }) => ({
      title,
      metrics: targets.map(({ namespace, metricName, dimensions, statistic, label }) => ({
        namespace,
        name: metricName,
        dimensions,
        statistic,
        label,
      })),
    }));
    expect(shown).to.deep.equal(PANELS);
  });

  it("asks for the data source, in the region of the stack", () => {
    const dashboard = toGrafana(JSON.stringify(dashboardBody(PANELS, "eu-west-1")), "tasks");
    expect(dashboard.templating).to.deep.equal({
      list: [{ name: "datasource", label: "CloudWatch", type: "datasource", query: "cloudwatch" }],
    });
    const [first] = grafanaPanels(PANELS);
    expect(first?.targets[0]).to.deep.include({
      region: "eu-west-1",
      period: "60",
      datasource: { type: "cloudwatch", uid: "$" + "{datasource}" },
    });
  });

  it("lays its panels out side by side without overlap", () => {
    const places = grafanaPanels(PANELS).map(({ gridPos }) => gridPos);
    expect(new Set(places.map(({ x, y }) => `${x},${y}`)).size).to.equal(PANELS.length);
    expect(places.every(({ x, w }) => x + w <= 24)).to.equal(true);
  });

  it("refuses what it cannot show, by name", () => {
    const text = {
      widgets: [{ type: "text", x: 0, y: 0, width: 1, height: 1, properties: { markdown: "" } }],
    };
    expect(() => toGrafana(JSON.stringify(text), "tasks")).to.throw("widgets[0].type");
    const [panel] = PANELS;
    const body = JSON.stringify(dashboardBody(panel ? [panel] : [], "eu-west-1")).replace(
      '"4XXError"',
      '"."',
    );
    expect(() => toGrafana(body, "tasks")).to.throw('Widget "tasks-api: requests" repeats parts');
  });
});

describe("panels", () => {
  it("cover requests, functions, streams, queues, workflows and tables", () => {
    const namespaces = new Set(PANELS.flatMap(({ metrics }) => metrics.map(({ namespace }) => namespace)));
    expect([...namespaces]).to.have.members([
      "AWS/ApiGateway",
      "AWS/Lambda",
      "AWS/SQS",
      "AWS/States",
      "AWS/DynamoDB",
    ]);
  });

  it("are left out for kinds that are not there", () => {
    const none = {
      apis: [],
      functions: [],
      streamConsumers: [],
      queues: [],
      deadLetterQueues: [],
      tables: [],
      workflows: [],
    };
    expect(panelsOf(none)).to.deep.equal([]);
    expect(panelsOf({ ...none, queues: ["q"] }).map(({ title }) => title)).to.deep.equal([
      "Queues: messages waiting",
      "Queues: age of the oldest message in s",
    ]);
  });
});
