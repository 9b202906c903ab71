/**
 * Metrics that AWS publishes for several things together, beside those for each of them: a value counts for every set of
 * dimensions of its namespace.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
 */
import type { Dimensions } from "./metric-store.ts";

/** Names of the dimensions that remain; none is the whole account. */
const AGGREGATES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "AWS/ApiGateway": [["ApiName"], ["ApiName", "Stage"]],
  "AWS/Events": [[], ["RuleName"]],
  "AWS/Lambda": [[], ["FunctionName"]],
};

/** The dimensions under which a value is recorded: its own first. */
export function dimensionSets(namespace: string, dimensions: Dimensions): Dimensions[] {
  const own = Object.keys(dimensions);
  const smaller = (AGGREGATES[namespace] ?? []).filter(
    (names) => names.length < own.length && names.every((name) => own.includes(name)),
  );
  const kept = smaller.map((names) => Object.entries(dimensions).filter(([name]) => names.includes(name)));
  return [dimensions, ...kept.map((entries) => Object.fromEntries(entries))];
}
