/** A request's metrics. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
import type { HttpExchange } from "./exchange.ts";

/** Records an answered request, under its API's id and stage. */
export function recordMetrics(exchange: HttpExchange): void {
  const { cloud, stage, target, answered, backend, body, startedAt } = exchange;
  const dimensions = { ApiId: target.apiId, Stage: stage.name };
  const status = answered?.status ?? 0;
  const record = (metric: string, value: number, unit: string): void =>
    cloud.services.cloudwatch.record("AWS/ApiGateway", metric, dimensions, value, unit);
  record("Count", 1, "Count");
  record("4xx", status >= 400 && status < 500 ? 1 : 0, "Count");
  record("5xx", status >= 500 ? 1 : 0, "Count");
  record("DataProcessed", body.length + (answered?.length ?? 0), "Bytes");
  record("Latency", cloud.clock.now() - startedAt, "Milliseconds");
  if (backend) record("IntegrationLatency", backend.latency, "Milliseconds");
}
