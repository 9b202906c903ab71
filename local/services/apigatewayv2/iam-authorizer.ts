/** AWS_IAM: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html */
import { AwsError } from "../../core/errors.ts";
import { callerOfRequest } from "../apigateway/iam-authorizer.ts";
import type { HttpExchange } from "./exchange.ts";
import { HttpApiError } from "./http-api-error.ts";

/** Lets a request pass whose caller may `execute-api:Invoke` the route. */
export async function authorizeSigned(exchange: HttpExchange): Promise<void> {
  const caller = callerOfRequest(exchange);
  if (!caller) throw new HttpApiError(403, "Forbidden");
  const permission = { action: "execute-api:Invoke", resource: exchange.routeArn };
  try {
    exchange.cloud.authorize(caller.principal, [permission]);
  } catch (error) {
    if (error instanceof AwsError) throw new HttpApiError(403, "Forbidden", { reason: error.message });
    throw error;
  }
  exchange.authorization = { kind: "iam", caller };
}
