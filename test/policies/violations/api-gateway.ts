import { API, FUNCTION } from "../../../policies/rules/types.ts";
import { type Mutation, replacing } from "./mutation.ts";

const STAGE = "aws:apigateway/stage:Stage";
const SETTINGS = "aws:apigateway/methodSettings:MethodSettings";

const body = (from: string | RegExp, to: string) => ({ property: "body", change: replacing(from, to) });

export const apiGateway: readonly Mutation[] = [
  { rule: "api-access-log", type: STAGE, set: { "accessLogSettings.format": "$context.requestId" } },
  { rule: "api-execution-log", type: SETTINGS, remove: true },
  { rule: "api-no-data-trace", type: SETTINGS, set: { "settings.dataTraceEnabled": true } },
  { rule: "api-tracing", type: STAGE, set: { xrayTracingEnabled: false } },
  { rule: "api-throttling", type: SETTINGS, set: { "settings.throttlingRateLimit": 0 } },
  {
    rule: "api-key-throttling",
    type: "aws:apigateway/usagePlan:UsagePlan",
    set: { throttleSettings: undefined },
  },
  { rule: "api-key-plan", type: "aws:apigateway/usagePlanKey:UsagePlanKey", remove: true },
  { rule: "api-cache-encrypted", type: SETTINGS, set: { "settings.cachingEnabled": true } },
  { rule: "api-time-budget", type: FUNCTION, name: "tasks-create", set: { timeout: 60 } },
  { rule: "api-authentication", type: API, name: "moves", document: body('"security":[{"bearer":[]}],', "") },
  {
    rule: "api-authorizer-cache",
    type: API,
    name: "moves",
    document: body(/(?<="authorizerResultTtlInSeconds":)\d+/, "300"),
  },
  {
    rule: "api-validation",
    type: API,
    name: "moves",
    document: body('"validateRequestBody":true', '"validateRequestBody":false'),
  },
  { rule: "api-problems", type: API, name: "moves", document: body('"THROTTLED"', '"OTHER"') },
  {
    rule: "api-cors",
    type: API,
    name: "moves",
    document: body(/Access-Control-Allow-Origin":"'[^']*'"/g, 'Access-Control-Allow-Origin":"\'*\'"'),
  },
  {
    rule: "api-deployment-triggers",
    type: "aws:apigateway/deployment:Deployment",
    set: { triggers: undefined },
  },
  {
    rule: "api-log-role",
    type: "aws:iam/role:Role",
    name: "api-logging",
    document: { property: "assumeRolePolicy", change: replacing("apigateway.", "lambda.") },
  },
  { rule: "api-firewall", type: STAGE, rename: "stage-without-waiver" },
];
