/** Amazon API Gateway (REST APIs, described by an OpenAPI document). */
import { apiOperations } from "../documents.ts";
import { ALWAYS, PRODUCTION, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { isRecord, textOf, valueAt } from "../stack.ts";
import { apiDoors } from "./api-doors.ts";
import { API, FUNCTION } from "./types.ts";

const STAGE = "aws:apigateway/stage:Stage";
const SETTINGS = "aws:apigateway/methodSettings:MethodSettings";

const LOGGED = ["requestId", "sub", "method", "resourcePath", "status", "latency"];

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
  stackRule(
    {
      id: "api-key-plan",
      what: "Each API key belongs to a usage plan.",
      why: "A key without one opens nothing, and once it is added by hand nothing here limits it.",
      remedy: "Add a UsagePlanKey.",
      ...ALWAYS,
      types: ["aws:apigateway/apiKey:ApiKey"],
      reads: ["aws:apigateway/usagePlanKey:UsagePlanKey"],
    },
    (key, stack) =>
      unless(
        stack.referring(key, "aws:apigateway/usagePlanKey:UsagePlanKey", "keyId").length > 0,
        "belongs to no usage plan",
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
      reads: [FUNCTION],
    },
    (api, stack) => {
      const timeouts = new Map(
        stack.of(FUNCTION).map((fn) => [fn.text("name"), fn.number("timeout", 3) * 1000]),
      );
      return apiOperations(api).flatMap(({ route, operation }) => {
        const integration = operation["x-amazon-apigateway-integration"];
        const budget = valueAt(integration, "timeoutInMillis");
        const limit = typeof budget === "number" ? budget : LONGEST_ANSWER_MS;
        const fn = /:function:([^:/]+)/.exec(textOf(valueAt(integration, "uri")))?.[1] ?? "";
        return unless(
          limit <= LONGEST_ANSWER_MS && (timeouts.get(fn) ?? 0) < limit,
          `${route} waits ${limit} ms for a function that may take ${timeouts.get(fn) ?? 0} ms`,
        );
      });
    },
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

export const apiGateway: readonly Rule[] = [...logs, ...limits, ...apiDoors, ...firewall];
