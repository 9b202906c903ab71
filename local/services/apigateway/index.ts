/**
 * Amazon API Gateway, REST APIs. Requests come in under `/_aws/execute-api/<restApiId>/<stage>/<path…>`.
 *
 * Supported: OpenAPI 3.0 documents with extensions and single resources; API keys and usage plans; throttling of plans,
 * stages and methods; Lambda authorizers; request validation; integrations with Lambda, HTTP, SQS and none (mock);
 * mapping templates; gateway responses; binary media types; compression; access logs; resource policies without
 * conditions. Not supported, and refused by name: AWS_IAM and Cognito authorization, VPC links, response streaming, other
 * AWS services behind methods. Caches, canaries and custom domain names have no effect here; an account's own limit of
 * 10,000 requests a second is not applied.
 */
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { answerCall } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { Apis } from "./realize.ts";
import { RequestPath } from "./request-path.ts";

export const apigateway: ServiceDefinition = {
  name: "apigateway",
  signingNames: ["apigateway"],
  protocol: "rest-json",
  outputs,
  create(cloud: Cloud): Service {
    const apis = new Apis(cloud);
    const path = new RequestPath(cloud, apis.plans, (apiId, stageName) => apis.findStage(apiId, stageName));
    return {
      realize: apis.realizers(),
      request: (request, response) => path.serve(request, response),
      call: (call) => answerCall(call, cloud, apis),
    };
  },
};
