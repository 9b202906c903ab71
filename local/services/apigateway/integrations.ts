/** What stands behind a method: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-integration-types.html */
import { notSupported, UserError } from "../../core/errors.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { httpIntegration, httpProxyIntegration } from "./http-integration.ts";
import { lambdaIntegration, lambdaProxyIntegration } from "./lambda-integration.ts";
import { mockIntegration } from "./mock-integration.ts";
import type { IntegrationType, Method } from "./model.ts";
import { lambdaOf } from "./read-authorizer.ts";
import { sqsIntegration, sqsQueueOf } from "./sqs-integration.ts";

/** Answers a request that has passed all checks. */
export type Integrate = (exchange: Exchange) => Promise<Answer>;

type Compile = (method: Method, apiName: string) => Integrate;

const COMPILERS: Readonly<Record<IntegrationType, Compile>> = {
  AWS: awsIntegration,
  AWS_PROXY: lambdaProxyIntegration,
  HTTP: httpIntegration,
  HTTP_PROXY: httpProxyIntegration,
  MOCK: mockIntegration,
};

/** @throws UserError or AwsError NotImplemented when the integration cannot work here */
export function compileIntegration(method: Method, apiName: string): Integrate {
  refuseParameters(method);
  return COMPILERS[method.integration.type](method, apiName);
}

function awsIntegration(method: Method, apiName: string): Integrate {
  const { uri } = method.integration;
  if (lambdaOf(uri) !== undefined) return lambdaIntegration(method, apiName);
  if (sqsQueueOf(uri) !== undefined) return sqsIntegration(method);
  if (!uri.startsWith("arn:aws:apigateway:"))
    throw new UserError(`The uri of the integration of ${method.path} is no ARN of API Gateway: ${uri}`);
  throw notSupported("apigateway", `the integration ${uri} (${method.httpMethod} ${method.path})`);
}

/** Request parameters reach HTTP backends; an AWS service gets its Content-Type from them, and a function nothing. */
function refuseParameters({ integration, path }: Method): void {
  if (integration.type === "HTTP" || integration.type === "HTTP_PROXY") return;
  const unknown = Object.keys(integration.requestParameters).find(
    (key) => key.toLowerCase() !== "integration.request.header.content-type",
  );
  if (unknown) throw notSupported("apigateway", `the request parameter ${unknown} (${path})`);
}
