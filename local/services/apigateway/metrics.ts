/** A request's metrics. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html */
import type { Exchange } from "./exchange.ts";

/** Records an answered request, under its API's name and stage; under its method too when the stage's settings say so. */
export function recordMetrics(exchange: Exchange): void {
  const { cloud, answered, backend, startedAt } = exchange;
  const dimensions = dimensionsOf(exchange);
  const status = answered?.status ?? 0;
  const record = (metric: string, value: number, unit: string): void =>
    cloud.services.cloudwatch.record("AWS/ApiGateway", metric, dimensions, value, unit);
  record("Count", 1, "Count");
  record("4XXError", status >= 400 && status < 500 ? 1 : 0, "Count");
  record("5XXError", status >= 500 ? 1 : 0, "Count");
  record("Latency", cloud.clock.now() - startedAt, "Milliseconds");
  if (backend) record("IntegrationLatency", backend.latency, "Milliseconds");
}

function dimensionsOf({ stage, target, route }: Exchange): Record<string, string> {
  const own = { ApiName: stage.api.model.name, Stage: target.stageName };
  if (!route || !stage.hasMetrics(route.method)) return own;
  return { ...own, Resource: route.method.path, Method: route.method.httpMethod };
}
