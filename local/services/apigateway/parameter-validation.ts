/**
 * Validation of required request parameters: there, and not blank.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */
import type { Exchange } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";
import { headerOf } from "./incoming.ts";
import type { Method, RequestParameter } from "./model.ts";

/** Throws BAD_REQUEST_PARAMETERS when a required parameter is missing. */
export type ParameterValidation = (exchange: Exchange) => void;

const VALUES: Readonly<
  Record<RequestParameter["location"], (exchange: Exchange, name: string) => string | undefined>
> = {
  header: (exchange, name) => headerOf(exchange.request, name),
  path: (exchange, name) => exchange.pathParameters?.[name],
  querystring: (exchange, name) => exchange.query?.single[name],
};

export function parameterValidation(method: Method): ParameterValidation | undefined {
  if (!method.validateParameters || method.requiredParameters.length === 0) return undefined;
  const parameters = [...method.requiredParameters].sort((one, other) =>
    keyOf(one) < keyOf(other) ? -1 : 1,
  );
  return (exchange) => {
    const missing = parameters.filter(({ location, name }) => !VALUES[location](exchange, name)?.trim());
    if (missing.length === 0) return;
    const message = `Missing required request parameters: [${missing.map(({ name }) => name).join(", ")}]`;
    throw new GatewayError("BAD_REQUEST_PARAMETERS", message, { validation: message });
  };
}

/** AWS lists headers, then path, then query parameters, each by name. */
function keyOf({ location, name }: RequestParameter): string {
  return `${location}.${name}`;
}
