/** Dashboards: kept as they are; nobody draws them here. */
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Cloud, Realizer } from "../../core/service.ts";
import type { Operation } from "./operation.ts";
import { requiredText } from "./protocols.ts";

interface Dashboard {
  readonly name: string;
  readonly arn: string;
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

export class Dashboards {
  readonly #cloud: Cloud;
  readonly #dashboards = new Map<string, Dashboard>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  get realizer(): Realizer {
    const put = ({ outputs }: Resource): void => {
      const name = String(outputs.dashboardName);
      const body = String(outputs.dashboardBody);
      const changedAt = this.#cloud.clock.now();
      this.#dashboards.set(name, { name, arn: String(outputs.dashboardArn), body, changedAt });
    };
    return {
      create: put,
      delete: ({ outputs }) => void this.#dashboards.delete(String(outputs.dashboardName)),
    };
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetDashboard.html */
  readonly operations: Readonly<Record<string, Operation>> = {
    GetDashboard: (input, { principal }) => {
      const name = requiredText(input, "DashboardName");
      const resource = `arn:aws:cloudwatch::${this.#cloud.world.account}:dashboard/${name}`;
      this.#cloud.authorize(principal, [{ action: "cloudwatch:GetDashboard", resource }]);
      const found = this.#dashboards.get(name);
      if (!found) throw new AwsError("ResourceNotFound", `Dashboard ${name} does not exist`, 404);
      return { DashboardArn: found.arn, DashboardBody: found.body, DashboardName: name };
    },
    ListDashboards: (input, { principal }) => {
      this.#cloud.authorize(principal, [{ action: "cloudwatch:ListDashboards", resource: "*" }]);
      const prefix = String(input.DashboardNamePrefix ?? "");
      const found = [...this.#dashboards.values()].filter(({ name }) => name.startsWith(prefix));
      const DashboardEntries = found.map(({ name, arn, body, changedAt }) => ({
        DashboardName: name,
        DashboardArn: arn,
        LastModified: new Date(changedAt),
        Size: Buffer.byteLength(body),
      }));
      return { DashboardEntries };
    },
  };
}
