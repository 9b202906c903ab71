import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { serviceName } from "./logger.ts";

const metrics = new Metrics({
  namespace: process.env.POWERTOOLS_METRICS_NAMESPACE ?? "Andamio",
  serviceName,
});

/** Writes counts as one line of embedded metrics (CloudWatch makes metrics of it). Zeros are left out. */
export function count(counts: Readonly<Record<string, number>>): void {
  const entries = Object.entries(counts).filter(([, value]) => value > 0);
  if (entries.length === 0) return;
  for (const [name, value] of entries) metrics.addMetric(name, MetricUnit.Count, value);
  metrics.publishStoredMetrics();
}
