/** For each rule a change that violates it, and nothing else. */
type Props = Record<string, unknown>;

export interface Mutation {
  readonly rule: string;
  readonly type: string;
  /** The first resource of the type whose name contains this; default: any. */
  readonly name?: string;
  /** What becomes of the resource: its properties are changed, or it gets another name, or it is taken away, or one of the type is added. */
  readonly set?: { readonly [path: string]: unknown };
  /** A property that holds a JSON document, and how the document is changed. */
  readonly document?: { readonly property: string; readonly change: (text: string) => string };
  readonly remove?: true;
  readonly rename?: string;
  readonly add?: Props;
  /** The property gets the reference of another resource of the type. */
  readonly borrow?: string;
}

const API = "aws:apigateway/restApi:RestApi";
const STAGE = "aws:apigateway/stage:Stage";
const SETTINGS = "aws:apigateway/methodSettings:MethodSettings";
const FUNCTION = "aws:lambda/function:Function";
const ASYNC = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";

const replacing = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);
const body = (from: string | RegExp, to: string) => ({ property: "body", change: replacing(from, to) });

export const mutations: readonly Mutation[] = [
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
  { rule: "lambda-runtime", type: FUNCTION, set: { runtime: "nodejs20.x" } },
  { rule: "lambda-limits", type: FUNCTION, set: { memorySize: undefined } },
  { rule: "lambda-tracing", type: FUNCTION, set: { "tracingConfig.mode": "PassThrough" } },
  { rule: "lambda-no-secrets", type: FUNCTION, set: { "environment.variables": { DB_PASSWORD: "hunter2" } } },
  { rule: "lambda-log-group", type: FUNCTION, set: { "loggingConfig.logFormat": "Text" } },
  { rule: "lambda-own-role", type: FUNCTION, borrow: "role" },
  { rule: "lambda-permission", type: "aws:lambda/permission:Permission", set: { sourceArn: undefined } },
  {
    rule: "lambda-function-url",
    type: "aws:lambda/functionUrl:FunctionUrl",
    add: { authorizationType: "NONE" },
  },
  { rule: "lambda-async-failures", type: ASYNC, name: "attachment-stored", remove: true },
  {
    rule: "lambda-async-limits",
    type: ASYNC,
    name: "track-prices",
    set: { maximumRetryAttempts: undefined },
  },
  { rule: "lambda-alias", type: "aws:lambda/alias:Alias", set: { functionVersion: "$LATEST" } },
  {
    rule: "lambda-recursion",
    type: "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
    add: { recursiveLoop: "Allow" },
  },
  {
    rule: "lambda-invocation-triggers",
    type: "aws:lambda/invocation:Invocation",
    set: { triggers: undefined },
  },
];
