/** Amazon API Gateway (REST APIs, described by an OpenAPI document). */
import { conditionHas, operationsOf, statementsOf } from "../documents.ts";
import { ALWAYS, PRODUCTION, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { isRecord, listOf, textOf, valueAt } from "../stack.ts";
import { ALIAS, FUNCTION } from "./types.ts";

const API = "aws:apigateway/restApi:RestApi";
const STAGE = "aws:apigateway/stage:Stage";
const SETTINGS = "aws:apigateway/methodSettings:MethodSettings";

const LOGGED = ["requestId", "sub", "method", "resourcePath", "status", "latency"];
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

/** API Gateway's own limit for an answer. */
const LONGEST_ANSWER_MS = 29_000;

const logs: readonly Rule[] = [
  resourceRule(
    {
      id: "api-access-log",
      what: "A stage writes an access log, one JSON object per request, with who, what, outcome and duration.",
      why: "Without it nobody can say who called what, or how slow it was.",
      remedy: `Set accessLogSettings with a JSON format that has ${LOGGED.join(", ")} and no Authorization header.`,
      origin: "APIG1, APIGateway.9, CKV_AWS_76",
      ...ALWAYS,
      types: [STAGE],
    },
    (stage) => {
      const format = stage.json("accessLogSettings.format");
      if (stage.text("accessLogSettings.destinationArn") === "") return ["has no access log"];
      if (!isRecord(format)) return ["has an access log whose format is not JSON"];
      const missing = LOGGED.filter((key) => !(key in format));
      return [
        ...unless(missing.length === 0, `does not log ${missing.join(", ")}`),
        ...unless(
          !/authorization/i.test(JSON.stringify(Object.values(format))),
          "logs the Authorization header",
        ),
      ];
    },
  ),
  stackRule(
    {
      id: "api-execution-log",
      what: "Every method of a stage logs its errors.",
      why: "A refused mapping or an unreachable function shows nowhere else.",
      remedy: 'Give the stage MethodSettings for "*/*" with loggingLevel ERROR or INFO.',
      origin: "APIG6, APIGateway.1, CKV2_AWS_4",
      ...ALWAYS,
      types: [STAGE],
      reads: [SETTINGS],
    },
    (stage, stack) =>
      unless(
        stack
          .referring(stage, SETTINGS, "stageName")
          .some(
            (settings) =>
              settings.text("methodPath") === "*/*" &&
              ["ERROR", "INFO"].includes(settings.text("settings.loggingLevel")),
          ),
        "logs no errors of its methods",
      ),
  ),
  resourceRule(
    {
      id: "api-no-data-trace",
      what: "Bodies and headers of requests are not written to a log.",
      why: "They hold tokens and personal data.",
      remedy: "Leave settings.dataTraceEnabled false.",
      origin: "CKV_AWS_276",
      ...ALWAYS,
      types: [SETTINGS],
    },
    (settings) => unless(settings.at("settings.dataTraceEnabled") !== true, "logs whole requests"),
  ),
  resourceRule(
    {
      id: "api-tracing",
      what: "Requests are traced.",
      why: "A trace shows which of several parts was slow.",
      remedy: "Set xrayTracingEnabled.",
      origin: "APIGateway.3, CKV_AWS_73",
      ...ALWAYS,
      types: [STAGE],
    },
    (stage) => unless(stage.at("xrayTracingEnabled") === true, "is not traced"),
  ),
];

const limits: readonly Rule[] = [
  resourceRule(
    {
      id: "api-throttling",
      what: "A stage has a rate and a burst.",
      why: "Nothing else keeps a loop in somebody's script from becoming a bill.",
      remedy: "Set settings.throttlingRateLimit and throttlingBurstLimit above 0.",
      origin: "serverless-rules APIGatewayDefaultThrottling",
      ...ALWAYS,
      types: [SETTINGS],
    },
    (settings) =>
      unless(
        settings.number("settings.throttlingRateLimit", 0) > 0 &&
          settings.number("settings.throttlingBurstLimit", 0) > 0,
        "has no throttling",
      ),
  ),
  resourceRule(
    {
      id: "api-key-throttling",
      what: "A usage plan limits the rate of each API key.",
      why: "One client would use up what belongs to all.",
      remedy: "Set throttleSettings.rateLimit and burstLimit.",
      ...ALWAYS,
      types: ["aws:apigateway/usagePlan:UsagePlan"],
    },
    (plan) =>
      unless(
        plan.number("throttleSettings.rateLimit", 0) > 0 && plan.number("throttleSettings.burstLimit", 0) > 0,
        "limits no rate",
      ),
  ),
  resourceRule(
    {
      id: "api-cache-encrypted",
      what: "A cache of answers is encrypted, and who may refresh it is asked.",
      why: "Answers hold personal data, and anybody could empty the cache.",
      remedy:
        "Leave cachingEnabled false, or set cacheDataEncrypted and requireAuthorizationForCacheControl.",
      origin: "APIGateway.5, CKV_AWS_308",
      ...ALWAYS,
      types: [SETTINGS],
    },
    (settings) =>
      unless(
        settings.at("settings.cachingEnabled") !== true ||
          (settings.at("settings.cacheDataEncrypted") === true &&
            settings.at("settings.requireAuthorizationForCacheControl") === true),
        "has an open cache",
      ),
  ),
  stackRule(
    {
      id: "api-time-budget",
      what: "A function ends before the gateway gives up, and the gateway before its own limit.",
      why: "The caller would get a 504 while the effect takes place.",
      remedy: `Keep the function's timeout below timeoutInMillis of the integration, and that at most ${LONGEST_ANSWER_MS}.`,
      ...ALWAYS,
      types: [API],
      reads: [FUNCTION, ALIAS],
    },
    (api, stack) => {
      const timeouts = new Map(
        stack.of(FUNCTION).map((fn) => [fn.text("name"), fn.number("timeout", 3) * 1000]),
      );
      return operationsOf(api).flatMap(({ title, integration }) => {
        const budget = valueAt(integration, "timeoutInMillis");
        const limit = typeof budget === "number" ? budget : LONGEST_ANSWER_MS;
        const fn = /:function:([^:/]+)/.exec(textOf(valueAt(integration, "uri")))?.[1] ?? "";
        return unless(
          limit <= LONGEST_ANSWER_MS && (timeouts.get(fn) ?? 0) < limit,
          `${title} waits ${limit} ms for a function that may take ${timeouts.get(fn) ?? 0} ms`,
        );
      });
    },
  ),
];

const doors: readonly Rule[] = [
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
      return operationsOf(api).flatMap(({ title, value }) => {
        const names = listOf(valueAt(value, "security")).flatMap((entry) =>
          isRecord(entry) ? Object.keys(entry) : [],
        );
        if (names.some(proves)) return [];
        return [names.length === 0 ? `${title} is open to everybody` : `${title} asks for an API key only`];
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
      return operationsOf(api).flatMap(({ title, value }) => {
        const name = textOf(isRecord(value) ? value["x-amazon-apigateway-request-validator"] : undefined);
        const content = valueAt(value, "requestBody.content");
        const bodies = isRecord(content) ? Object.values(content) : [];
        const checks = isRecord(validators) ? validators[name] : undefined;
        return [
          ...unless(
            valueAt(checks, "validateRequestParameters") === true,
            `${title} does not check parameters`,
          ),
          ...unless(
            bodies.length === 0 ||
              (valueAt(checks, "validateRequestBody") === true &&
                bodies.every((body) => isRecord(valueAt(body, "schema")))),
            `${title} does not check bodies`,
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
        operationsOf(api).every(({ value }) => valueAt(value, "security") === undefined) ||
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
      reads: ["aws:iam/role:Role"],
    },
    (account, stack) =>
      unless(
        stack
          .targets(account, "cloudwatchRoleArn", "aws:iam/role:Role")
          .some((role) =>
            statementsOf(role, "assumeRolePolicy").every(
              ({ principals, condition }) =>
                principals.join() === "apigateway.amazonaws.com" &&
                !conditionHas(condition, "aws:PrincipalOrgID"),
            ),
          ),
        "has no log role of its own",
      ),
  ),
];

const firewall: readonly Rule[] = [
  stackRule(
    {
      id: "api-firewall",
      what: "A public stage has a web application firewall.",
      why: "It refuses known attacks and floods before they count against the API's rate.",
      remedy:
        "Associate a wafv2.WebAcl with the stage, or write a waiver: it costs $5 a month and $0.60 per million requests.",
      origin: "APIG3, APIGateway.4, CKV2_AWS_29",
      ...PRODUCTION,
      types: [STAGE],
      reads: ["aws:wafv2/webAclAssociation:WebAclAssociation"],
    },
    (stage, stack) =>
      unless(
        stack.referring(stage, "aws:wafv2/webAclAssociation:WebAclAssociation", "resourceArn").length > 0,
        "has no web application firewall",
      ),
  ),
];

export const apiGateway: readonly Rule[] = [...logs, ...limits, ...doors, ...firewall];
