/** Answers without a backend, as preflight requests get: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html */
import { configurationError } from "./gateway-error.ts";
import type { Integrate } from "./integrations.ts";
import { compileRequestMapping, compileResponseMapping } from "./mapping.ts";
import type { Method } from "./model.ts";

export function mockIntegration(method: Method): Integrate {
  const mapRequest = compileRequestMapping(method);
  const mapResponse = compileResponseMapping(method);
  return async (exchange) => {
    const status = statusOf(mapRequest(exchange));
    exchange.backend = { status, latency: 0 };
    return mapResponse(exchange, String(status), { headers: {}, body: "" });
  };
}

/** The request template names the status: `{"statusCode": 200}`; AWS also takes the name without quotes. */
function statusOf(text: string): number {
  const status = /^\s*\{.*?["']?statusCode["']?\s*:\s*(\d{3})\b/s.exec(text)?.[1];
  if (status === undefined)
    throw configurationError("Unable to parse statusCode. It should be an integer in the request template.");
  return Number(status);
}
