/** Amazon API Gateway: who comes in, with what, and what is answered to others. */
import { apiOperations, statementsOf } from "../documents.ts";
import { ALWAYS, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { isRecord, listOf, textOf, valueAt } from "../stack.ts";
import { API, ROLE } from "./types.ts";

const PROBLEMS = [
  "DEFAULT_4XX",
  "DEFAULT_5XX",
  "UNAUTHORIZED",
  "ACCESS_DENIED",
  "BAD_REQUEST_BODY",
  "REQUEST_TOO_LARGE",
  "THROTTLED",
  "MISSING_AUTHENTICATION_TOKEN",
];

export const apiDoors: readonly Rule[] = [
  resourceRule(
    {
      id: "api-authentication",
      what: "Every operation asks who calls. An API key names a client's program, it is not a proof.",
      why: "What is open to everybody should be a decision that somebody wrote down.",
      remedy:
        "Give the operation a security scheme with an authorizer or IAM, or write a waiver with the reason.",
      origin: "APIG4, CKV_AWS_59",
      ...ALWAYS,
      types: [API],
    },
    (api) => {
      const schemes = valueAt(api.json("body"), "components.securitySchemes");
      const proves = (name: string): boolean => {
        const scheme = isRecord(schemes) ? schemes[name] : undefined;
        return isRecord(scheme) && typeof scheme["x-amazon-apigateway-authtype"] === "string";
      };
      return apiOperations(api).flatMap(({ route, operation }) => {
        const names = listOf(valueAt(operation, "security")).flatMap((entry) =>
          isRecord(entry) ? Object.keys(entry) : [],
        );
        if (names.some(proves)) return [];
        return [names.length === 0 ? `${route} is open to everybody` : `${route} asks for an API key only`];
      });
    },
  ),
  resourceRule(
    {
      id: "api-authorizer-cache",
      what: "How long an authorizer's answer is kept is said; 0, or the identity has token, method and path.",
      why: "The default is 300 s, and an answer for one route is then used for another.",
      remedy: "Set authorizerResultTtlInSeconds, and with more than 0 the identity sources.",
      ...ALWAYS,
      types: [API],
    },
    (api) => {
      const schemes = valueAt(api.json("body"), "components.securitySchemes");
      return Object.entries(isRecord(schemes) ? schemes : {}).flatMap(([name, scheme]) => {
        const authorizer = isRecord(scheme) ? scheme["x-amazon-apigateway-authorizer"] : undefined;
        if (!isRecord(authorizer) || authorizer.type === "cognito_user_pools") return [];
        const ttl = authorizer.authorizerResultTtlInSeconds;
        const source = textOf(authorizer.identitySource);
        const exact = source.includes("context.httpMethod") && source.includes("context.path");
        return unless(
          ttl === 0 || (typeof ttl === "number" && exact),
          `keeps answers of authorizer ${name} too broadly`,
        );
      });
    },
  ),
  resourceRule(
    {
      id: "api-validation",
      what: "Parameters are checked before a function runs, and bodies against a schema.",
      why: "What is refused at the door costs nothing and cannot hurt.",
      remedy:
        "Name a request validator on the operation; on one with a body, one that checks bodies, and a schema per content type.",
      origin: "APIG2, CKV2_AWS_53",
      ...ALWAYS,
      types: [API],
    },
    (api) => {
      const validators = valueAt(api.json("body"), "x-amazon-apigateway-request-validators");
      return apiOperations(api).flatMap(({ route, operation }) => {
        const name = textOf(operation["x-amazon-apigateway-request-validator"]);
        const content = valueAt(operation, "requestBody.content");
        const bodies = isRecord(content) ? Object.values(content) : [];
        const checks = isRecord(validators) ? validators[name] : undefined;
        return [
          ...unless(
            valueAt(checks, "validateRequestParameters") === true,
            `${route} does not check parameters`,
          ),
          ...unless(
            bodies.length === 0 ||
              (valueAt(checks, "validateRequestBody") === true &&
                bodies.every((body) => isRecord(valueAt(body, "schema")))),
            `${route} does not check bodies`,
          ),
        ];
      });
    },
  ),
  resourceRule(
    {
      id: "api-problems",
      what: "What the gateway itself refuses is answered as a problem (RFC 9457), with the CORS header.",
      why: "A browser would see a CORS error in place of a 403, and a client two shapes of errors.",
      remedy: `Set x-amazon-apigateway-gateway-responses for ${PROBLEMS.join(", ")}; no status code on the DEFAULT ones.`,
      ...ALWAYS,
      types: [API],
    },
    (api) => {
      const responses = valueAt(api.json("body"), "x-amazon-apigateway-gateway-responses");
      return PROBLEMS.flatMap((name) => {
        const response = isRecord(responses) ? responses[name] : undefined;
        const headers = valueAt(response, "responseParameters");
        const type = isRecord(headers) ? headers["gatewayresponse.header.Content-Type"] : undefined;
        const origin = isRecord(headers)
          ? headers["gatewayresponse.header.Access-Control-Allow-Origin"]
          : undefined;
        return [
          ...unless(
            type === "'application/problem+json'" && origin !== undefined,
            `answers ${name} in another shape`,
          ),
          ...unless(
            !name.startsWith("DEFAULT") || valueAt(response, "statusCode") === undefined,
            `${name} has a status code, which replaces those of all others`,
          ),
        ];
      });
    },
  ),
  resourceRule(
    {
      id: "api-cors",
      what: "Answers name exact origins, never `*`, where a caller identifies itself.",
      why: "Any page in a user's browser could call with what the user has.",
      remedy: "Set the allowed origins of the stack.",
      origin: "CKV2_AWS_75",
      ...ALWAYS,
      types: [API],
    },
    (api) =>
      unless(
        apiOperations(api).every(({ operation }) => valueAt(operation, "security") === undefined) ||
          !/Access-Control-Allow-Origin":\s*"'\*'"/i.test(api.text("body")),
        "allows every origin",
      ),
  ),
  resourceRule(
    {
      id: "api-deployment-triggers",
      what: "A deployment is made anew when the API's document changes.",
      why: "The program would say that a method is protected while the stage serves the old one.",
      remedy: "Put a hash of the document under triggers.",
      ...ALWAYS,
      types: ["aws:apigateway/deployment:Deployment"],
    },
    (deployment) => unless(Object.keys(Object(deployment.at("triggers"))).length > 0, "has no triggers"),
  ),
  stackRule(
    {
      id: "api-log-role",
      what: "The account's log role can be assumed by API Gateway alone.",
      why: "Without the role no stage logs; with a wider one others write into the logs.",
      remedy: "Point cloudwatchRoleArn at a role whose only principal is apigateway.amazonaws.com.",
      ...ALWAYS,
      types: ["aws:apigateway/account:Account"],
      reads: [ROLE],
    },
    (account, stack) =>
      unless(
        stack
          .targets(account, "cloudwatchRoleArn", ROLE)
          .some((role) =>
            statementsOf(role, "assumeRolePolicy").every(
              ({ principals }) => principals.join() === "apigateway.amazonaws.com",
            ),
          ),
        "has no log role of its own",
      ),
  ),
];
