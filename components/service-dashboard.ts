import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmedFunction } from "./alarmed-function.ts";
import { Component } from "./base.ts";
import { dashboardBody } from "./cloudwatch-dashboard.ts";
import { panelsOf } from "./dashboard-panels.ts";
import type { EventPipeline } from "./event-pipeline.ts";
import { refuseMistakes } from "./mistakes.ts";
import type { RestApi } from "./rest-api.ts";
import type { SecureTable } from "./secure-table.ts";
import type { Workflow } from "./workflow.ts";

/** What one service consists of. */
export interface ServiceDashboardArgs {
  readonly apis?: readonly RestApi[];
  readonly functions?: readonly AlarmedFunction[];
  readonly pipelines?: readonly EventPipeline[];
  readonly workflows?: readonly Workflow[];
  readonly tables?: readonly SecureTable[];
}

/**
 * What services do and how well, on one CloudWatch dashboard. `toGrafana` makes a Grafana dashboard of its body.
 *
 * Creates: a dashboard with the requests, errors, durations, backlogs and throttles of the components it is given.
 *
 *     new ServiceDashboard("tasks", [{ apis: [api], functions: [create, list], pipelines: [work], tables: [tasks] }]);
 */
export class ServiceDashboard extends Component {
  readonly dashboard: aws.cloudwatch.Dashboard;
  /** The dashboard in the AWS console. */
  readonly url: pulumi.Output<string>;

  /** @throws pulumi.InputPropertiesError when there is nothing to show */
  constructor(
    name: string,
    services: readonly ServiceDashboardArgs[],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("ServiceDashboard", name, {}, opts);
    const args = together(services);
    const isEmpty = Object.values(args).every((components) => components.length === 0);
    refuseMistakes(
      `ServiceDashboard "${name}"`,
      isEmpty ? [{ propertyPath: "services", reason: "names no component to show" }] : [],
    );
    const { region } = aws.getRegionOutput({}, { parent: this });
    this.dashboard = new aws.cloudwatch.Dashboard(
      `${name}-dashboard`,
      { dashboardName: `${pulumi.getStack()}-${name}`, dashboardBody: bodyOf(args, region) },
      { parent: this },
    );
    this.url = pulumi.interpolate`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${this.dashboard.dashboardName}`;
    this.registerOutputs({ dashboard: this.dashboard, url: this.url });
  }
}

/** What several services consist of, in their order. */
function together(services: readonly ServiceDashboardArgs[]): Required<ServiceDashboardArgs> {
  return {
    apis: services.flatMap(({ apis = [] }) => apis),
    functions: services.flatMap(({ functions = [] }) => functions),
    pipelines: services.flatMap(({ pipelines = [] }) => pipelines),
    workflows: services.flatMap(({ workflows = [] }) => workflows),
    tables: services.flatMap(({ tables = [] }) => tables),
  };
}

function bodyOf(args: Required<ServiceDashboardArgs>, region: pulumi.Output<string>): pulumi.Output<string> {
  const { apis, functions, pipelines, tables, workflows } = args;
  const names = pulumi.output({
    apis: apis.map(({ restApi, stage }) => ({ name: restApi.name, stage: stage.stageName })),
    functions: functions.map((member) => member.function.name),
    streamConsumers: pipelines.flatMap(({ streamConsumer }) =>
      streamConsumer ? [streamConsumer.function.name] : [],
    ),
    queues: pipelines.flatMap(({ queue }) => (queue ? [queue.queue.name] : [])),
    deadLetterQueues: pipelines.map(({ deadLetterQueue }) => deadLetterQueue.queue.name),
    tables: tables.map(({ table }) => table.name),
    workflows: workflows.map(({ stateMachine }) => stateMachine.arn),
  });
  return pulumi
    .all([names, region])
    .apply(([watched, regionName]) => JSON.stringify(dashboardBody(panelsOf(watched), regionName)));
}
