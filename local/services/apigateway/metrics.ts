/** A request's metrics. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html */
import type { Exchange } from "./exchange.ts";

/** Records an answered request, under its API's name and stage. */
export function recordMetrics({ cloud, stage, target, answered, backend, startedAt }: Exchange): void {
  const { cloudwatch } = cloud.services;
  const dimensions = { ApiName: stage.api.model.name, Stage: target.stageName };
  const status = answered?.status ?? 0;
  const record = (metric: string, value: number, unit: string): void =>
    cloudwatch.record("AWS/ApiGateway", metric, dimensions, value, unit);
  record("Count", 1, "Count");
  record("4XXError", status >= 400 && status < 500 ? 1 : 0, "Count");
  record("5XXError", status >= 500 ? 1 : 0, "Count");
  record("Latency", cloud.clock.now() - startedAt, "Milliseconds");
  if (backend) record("IntegrationLatency", backend.latency, "Milliseconds");
}
