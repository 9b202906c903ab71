/** What a stack costs in a month: by being there, and by so many requests. */
import { type Graph, type Resource, resourcesOf } from "../../local/core/graph.ts";
import { parseSchedule } from "../../local/core/schedule.ts";
import { ancestryOf, systemsOf } from "../diagram/parts.ts";
import { record } from "../diagram/properties.ts";
import { DEFAULT_MILLISECONDS, METRICS_PER_METHOD, SECONDS_A_MONTH } from "./assumptions.ts";
import { CHARGES, type Quantity } from "./charges.ts";
import { type Flows, flowsOf } from "./flows.ts";
import { ALLOWANCES, dollarsOf, METERS, type Meter } from "./prices.ts";
import { routesOf } from "./routes.ts";
import { type Arrival, trafficOf } from "./traffic.ts";
import { usageOf } from "./usage.ts";

export interface EstimateOptions {
  /** To each API, in a month. */
  readonly requests: number;
  /** How long an invocation of a function lasts. Default: `DEFAULT_MILLISECONDS`. */
  readonly milliseconds?: number;
}

/** So much of something that a resource uses in a month. */
export interface Line extends Quantity {
  /** Name of the system, or `shared`. */
  readonly system: string;
  /** Logical name of the resource. */
  readonly resource: string;
  readonly type: string;
  /** `fixed` is paid in a month without any request. */
  readonly part: "fixed" | "use";
  /** Before what is free. */
  readonly dollars: number;
}

/** What an account gets for nothing, as far as the stack uses it. */
export interface Allowance extends Quantity {
  readonly dollars: number;
}

export interface Estimate {
  readonly stack: string;
  readonly requests: number;
  readonly milliseconds: number;
  readonly lines: readonly Line[];
  /** For the fixed part alone, and for everything. */
  readonly free: { readonly fixed: readonly Allowance[]; readonly all: readonly Allowance[] };
  /** What has a price that nobody knows here: it is in no sum. */
  readonly unpriced: readonly { readonly type: string; readonly names: readonly string[] }[];
}

export const SHARED = "shared";

export function estimateOf(graph: Graph, options: EstimateOptions): Estimate {
  const { requests, milliseconds = DEFAULT_MILLISECONDS } = options;
  const described = linesFor(graph);
  const flows = flowsOf(graph);
  const loaded = (part: Line["part"], arrivals: readonly Arrival[]) => {
    const loads = trafficOf(flows, arrivals);
    return flows.placed.flatMap(({ part: { id, kind }, resource }) => {
      const load = loads.get(id);
      return load ? described(resource, part, usageOf(kind, { ...load, resource, graph, milliseconds })) : [];
    });
  };
  const priced = graph.resources.filter(isPriced);
  const rest = priced.map((resource) => ({ resource, quantities: restOf(resource, graph) }));
  const lines = [
    ...rest.flatMap(({ resource, quantities }) => described(resource, "fixed", quantities ?? [])),
    ...loaded("fixed", schedulesOf(flows)),
    ...loaded("use", requests > 0 ? requestsTo(flows, requests) : []),
    ...(requests > 0 ? metricLines(graph, described) : []),
  ];
  const unknown = rest.filter(({ quantities }) => quantities === undefined).map(({ resource }) => resource);
  return {
    stack: graph.stack,
    requests,
    milliseconds,
    lines,
    free: { fixed: allowancesFor(lines.filter(({ part }) => part === "fixed")), all: allowancesFor(lines) },
    unpriced: [...Map.groupBy(unknown, ({ type }) => type)].map(([type, found]) => ({
      type,
      names: found.map(({ name }) => name),
    })),
  };
}

/** Whether AWS or another provider makes it: not so with components, except those of awsx, which are made elsewhere. */
export function isPriced({ type, custom }: Resource): boolean {
  return (custom && !type.startsWith("pulumi:")) || type.startsWith("awsx:");
}

function restOf(resource: Resource, graph: Graph): readonly Quantity[] | undefined {
  const charge = CHARGES[resource.type];
  if (charge === undefined) return undefined;
  return charge.rest ? charge.rest(resource, graph) : [];
}

type Describe = (resource: Resource, part: Line["part"], quantities: readonly Quantity[]) => readonly Line[];

function linesFor(graph: Graph): Describe {
  const ancestors = ancestryOf(graph);
  const systems = systemsOf(graph);
  return (resource, part, quantities) => {
    const root = ancestors(resource).at(-1)?.name;
    const system = root !== undefined && systems.includes(root) ? root : SHARED;
    const { name, type } = resource;
    return quantities
      .filter(({ quantity }) => quantity > 0)
      .map(({ meter, quantity }) => {
        const dollars = dollarsOf(meter, quantity);
        return { system, resource: name, type, part, meter, quantity, dollars };
      });
  };
}

function requestsTo({ placed }: Flows, requests: number): Arrival[] {
  return placed
    .filter(({ part }) => part.kind === "api")
    .map(({ part }) => ({ at: part.id, times: requests }));
}

/** What schedules start, whether anybody uses the stack or not. */
function schedulesOf({ placed }: Flows): Arrival[] {
  return placed.flatMap(({ part, resource: { inputs } }) =>
    part.kind === "schedule" && typeof inputs.scheduleExpression === "string"
      ? [{ at: part.id, times: timesAMonth(inputs.scheduleExpression) }]
      : [],
  );
}

function timesAMonth(expression: string): number {
  const { next, period } = parseSchedule(expression);
  const month = SECONDS_A_MONTH * 1000;
  if (period !== undefined) return month / period;
  const start = Date.UTC(2026, 0, 1);
  const year = 12 * month;
  let times = 0;
  for (let at = next(start); at !== undefined && at < start + year; at = next(at)) times += 1;
  return times / 12;
}

/** Metrics that AWS keeps for each method that is used, and those of the program that alarms watch. */
function metricLines(graph: Graph, described: Describe): Line[] {
  const detailed = resourcesOf(graph, "aws:apigateway/methodSettings:MethodSettings").filter(
    ({ inputs }) => record(inputs.settings).metricsEnabled === true,
  );
  const ofMethods = detailed.flatMap((settings) => {
    const api = resourcesOf(graph, "aws:apigateway/restApi:RestApi").find(
      ({ id }) => id === settings.inputs.restApi,
    );
    const quantity = routesOf(api?.inputs.body).length * METRICS_PER_METHOD;
    return described(settings, "use", [{ meter: "customMetrics", quantity }]);
  });
  const own = resourcesOf(graph, "aws:cloudwatch/metricAlarm:MetricAlarm").filter(
    ({ inputs: { namespace } }) => typeof namespace === "string" && !namespace.startsWith("AWS/"),
  );
  const byMetric = new Map(
    own.map((alarm) => {
      const { namespace, metricName, dimensions } = alarm.inputs;
      return [JSON.stringify([namespace, metricName, dimensions]), alarm];
    }),
  );
  return [
    ...ofMethods,
    ...[...byMetric.values()].flatMap((alarm) =>
      described(alarm, "use", [{ meter: "customMetrics", quantity: 1 }]),
    ),
  ];
}

function allowancesFor(lines: readonly Line[]): Allowance[] {
  return METERS.flatMap((meter) => {
    const quantity = Math.min(quantityOf(lines, meter), ALLOWANCES[meter] ?? 0);
    return quantity > 0 ? [{ meter, quantity, dollars: dollarsOf(meter, quantity) }] : [];
  });
}

function quantityOf(lines: readonly Line[], meter: Meter): number {
  return lines.filter((line) => line.meter === meter).reduce((sum, { quantity }) => sum + quantity, 0);
}

/** US dollars of lines or allowances. */
export function sumOf(items: readonly { readonly dollars: number }[]): number {
  return items.reduce((sum, { dollars }) => sum + dollars, 0);
}
