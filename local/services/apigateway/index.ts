/**
 * Amazon API Gateway: REST APIs here, HTTP APIs in ../apigatewayv2; AWS serves and calls both under the same name.
 * Requests come in under `/_aws/execute-api/<apiId>/<stage>/<path…>`; the default stage of an HTTP API has no name there.
 *
 * Supported of REST APIs: OpenAPI 3.0 documents with extensions and single resources; API keys and usage plans; throttling
 * of plans, stages and methods; Lambda, Cognito and IAM authorization; request validation; integrations with Lambda, HTTP, SQS and
 * none (mock); mapping templates; gateway responses; binary media types; compression; access logs; resource policies without
 * conditions. Not supported, and refused by name: VPC links, response streaming, other
 * AWS services behind methods. Caches, canaries and custom domain names have no effect here; an account's own limit of
 * 10,000 requests a second is not applied.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { answerCall as answerHttpApiCall } from "../apigatewayv2/operations.ts";
import { outputs as httpApiOutputs } from "../apigatewayv2/outputs.ts";
import { HttpApis } from "../apigatewayv2/realize.ts";
import { sendNotFound, serveRequest } from "../apigatewayv2/request-path.ts";
import { targetOf } from "./incoming.ts";
import { answerCall } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { Apis } from "./realize.ts";
import { RequestPath } from "./request-path.ts";

export const apigateway: ServiceDefinition = {
  name: "apigateway",
  signingNames: ["apigateway"],
  protocol: "rest-json",
  outputs: { ...outputs, ...httpApiOutputs },
  create(cloud: Cloud): Service {
    const apis = new Apis(cloud);
    const httpApis = new HttpApis(cloud);
    const path = new RequestPath(cloud, apis.plans, (apiId, stageName) => apis.findStage(apiId, stageName));
    const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const target = targetOf(request.url ?? "");
      const found = target && httpApis.find(target);
      if (found) await serveRequest(cloud, found.stage, found.target, { request, response });
      else if (target && httpApis.has(target.apiId)) sendNotFound(response);
      else await path.serve(request, response);
    };
    let underWay = 0;
    return {
      realize: { ...apis.realizers(), ...httpApis.realizers() },
      request: (request, response) => {
        underWay += 1;
        return serve(request, response).finally(() => {
          underWay -= 1;
        });
      },
      busy: () => underWay > 0,
      call: (call) =>
        call.path.startsWith("/v2/")
          ? answerHttpApiCall(call, cloud, httpApis)
          : answerCall(call, cloud, apis),
      reset: () => apis.plans.reset(),
      ready: async () => apis.ready(),
    };
  },
};
