import { expect } from "chai";
import type { DashboardBody } from "../../components/cloudwatch-dashboard.ts";
import { EventPipeline } from "../../components/event-pipeline.ts";
import { toGrafana } from "../../components/grafana.ts";
import { RestApi } from "../../components/rest-api.ts";
import { ServiceDashboard } from "../../components/service-dashboard.ts";
import { DEFAULTS, functionNamed, tableNamed } from "./support/functions.ts";
import { documentIn, known, record } from "./support/recorder.ts";

const DASHBOARD = "aws:cloudwatch/dashboard:Dashboard";

function tasksDashboard(): ServiceDashboard {
  const handler = functionNamed("list");
  const publish = functionNamed("publish");
  const table = tableNamed("tasks");
  const api = new RestApi("api", {
    defaults: DEFAULTS,
    description: "x",
    routes: { "GET /tasks": { handler, summary: "Lists tasks." } },
    throttle: { ratePerSecond: 1, burst: 1 },
  });
  const changes = new EventPipeline("changes", {
    defaults: DEFAULTS,
    source: { stream: table },
    consumer: publish,
  });
  return new ServiceDashboard("tasks", [
    {
      apis: [api],
      functions: [handler, publish],
      pipelines: [changes],
      tables: [table],
    },
  ]);
}

function titlesOf(body: unknown): string[] {
  return (body as DashboardBody).widgets.map(({ properties }) => properties.title);
}

describe("ServiceDashboard", () => {
  it("shows what it is given by its physical names", async () => {
    const recording = await record(tasksDashboard);
    const body = documentIn(recording.one(DASHBOARD), "dashboardBody");
    expect(titlesOf(body)).to.include.members([
      "api-rest-api: requests",
      "Functions: errors",
      "Streams: age of the oldest record in ms",
      "Dead-letter queues: messages",
      "Tables: throttled writes",
    ]);
    expect(titlesOf(body)).not.to.include("Queues: messages waiting");
    expect(JSON.stringify(body)).to.contain('["AWS/Lambda","IteratorAge","FunctionName","publish-function"');
  });

  it("shows the metrics of the stack's region", async () => {
    const recording = await record(tasksDashboard);
    const { widgets } = documentIn(recording.one(DASHBOARD), "dashboardBody") as DashboardBody;
    expect(new Set(widgets.map(({ properties }) => properties.region))).to.deep.equal(new Set(["eu-west-1"]));
  });

  it("says where it is", async () => {
    const { result } = await record(tasksDashboard);
    expect(await known(result.url)).to.equal(
      "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/test-tasks",
    );
  });

  it("has a body that Grafana can show, panel for panel", async () => {
    const recording = await record(tasksDashboard);
    const { inputs } = recording.one(DASHBOARD);
    const grafana = toGrafana(String(inputs.dashboardBody), "tasks");
    expect((grafana.panels as { title: string }[]).map(({ title }) => title)).to.deep.equal(
      titlesOf(documentIn(recording.one(DASHBOARD), "dashboardBody")),
    );
  });

  it("refuses to show nothing", async () => {
    const error = await record(() => new ServiceDashboard("empty", [{ functions: [] }])).catch(String);
    expect(String(error)).to.contain('ServiceDashboard "empty": services names no component to show');
  });
});
