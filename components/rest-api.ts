import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createAlarm } from "./alarms.ts";
import { Component } from "./base.ts";
import type { JwtAuthorizer } from "./jwt-authorizer.ts";
import { refuseMistakes } from "./mistakes.ts";
import type { ApiContract, Route } from "./openapi/contract.ts";
import { ANY, pascalName, routesOf } from "./openapi/contract.ts";
import { publicDocument } from "./openapi/document.ts";
import { gatewayDocument } from "./openapi/gateway.ts";
import type { ApiKeyArgs, RestApiArgs, RouteArgs } from "./rest-api-arguments.ts";
import { isQueueRoute, mistakesInRestApi } from "./rest-api-arguments.ts";
import { createAuthorizer } from "./rest-api-authorizer.ts";
import { integrationsOf } from "./rest-api-integrations.ts";
import { transformed } from "./transform.ts";

const DEFAULTS = Object.freeze({
  stageName: "v1",
  // Well above a cold start, well below what a person takes for broken.
  slowMilliseconds: 3_000,
  // As with functions: one failure is retried by the client, a series is an outage.
  serverErrors: 5,
});

/**
 * One line of JSON per request. Nothing that the client chooses freely is in it, so a line cannot be forged.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: "$context.requestId",
  requestTime: "$context.requestTime",
  sub: "$context.authorizer.principalId",
  apiKeyId: "$context.identity.apiKeyId",
  sourceIp: "$context.identity.sourceIp",
  method: "$context.httpMethod",
  resourcePath: "$context.resourcePath",
  status: "$context.status",
  latency: "$context.responseLatency",
  integrationLatency: "$context.integrationLatency",
  responseLength: "$context.responseLength",
  error: "$context.error.responseType",
});

/**
 * An HTTP API (API Gateway REST API) whose routes are functions, or queues.
 *
 * Creates: the API from one OpenAPI document (validation, models, CORS, errors as problem details), its deployment,
 * which follows every change of that document, a stage with access log, tracing, throttling and metrics, log groups
 * with retention, a permission per route (for those with queues, a role that may send to them), alarms on server errors and slowness, with `apiKey` a key and its
 * usage plan, and with `authorizer` the function that judges tokens.
 *
 *     new RestApi("tasks-api", {
 *       defaults,
 *       description: "Tasks of a team.",
 *       routes: { "POST /tasks": { handler: create, summary: "Creates a task.", body: newTask } },
 *       throttle: { ratePerSecond: 50, burst: 100 },
 *     });
 */
export class RestApi extends Component {
  readonly restApi: aws.apigateway.RestApi;
  readonly stage: aws.apigateway.Stage;
  /** Where the API is; no trailing slash. */
  readonly url: pulumi.Output<string>;
  /** Value of the key to send as `x-api-key`, a secret; undefined without `apiKey`. */
  readonly apiKeyValue: pulumi.Output<string> | undefined;
  /** Judges the tokens of callers; undefined without `authorizer`. */
  readonly authorizer: JwtAuthorizer | undefined;
  /** The OpenAPI document to publish, as JSON text, without AWS's extensions. */
  readonly document: pulumi.Output<string>;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: RestApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("RestApi", name, {}, opts);
    refuseMistakes(`RestApi "${name}"`, mistakesInRestApi(args));
    const parent = { parent: this };
    const routes = routesOf(args.routes);
    const contract = contractOf(name, args, routes);
    const stageName = args.stageName ?? DEFAULTS.stageName;

    const integrations = integrationsOf(name, routes, this);
    const binaryMediaTypes = args.binaryMediaTypes ?? [];
    this.authorizer = createAuthorizer(name, args, this);
    const body = pulumi
      .all([integrations, this.authorizer?.integration])
      .apply(([all, authorizer]) =>
        JSON.stringify(gatewayDocument(contract, all, binaryMediaTypes, authorizer)),
      );
    this.restApi = createRestApi(name, args, body, parent);
    this.authorizer?.allow(this.restApi);
    const deployment = createDeployment(name, this.restApi, body, parent);
    this.stage = createStage(name, stageName, this.restApi, deployment, args, parent);
    createMethodSettings(name, this.stage, args, parent);
    allowInvocations(name, this.restApi, stageName, routes);
    createAlarms(name, this.restApi, stageName, args, parent);

    this.apiKeyValue = args.apiKey && createApiKey(name, args, args.apiKey, this.restApi, this.stage, parent);
    this.url = this.stage.invokeUrl;
    this.document = this.url.apply((url) => JSON.stringify(publicDocument(contract, url)));
    this.registerOutputs({ url: this.url, apiKeyValue: this.apiKeyValue, document: this.document });
  }
}

function contractOf(name: string, args: RestApiArgs, routes: readonly Route[]): ApiContract {
  return {
    title: name,
    description: args.description,
    routes,
    ...(args.served && { served: routesOf(args.served) }),
    apiKey: args.apiKey !== undefined,
    authorized: args.authorizer !== undefined,
    ...(args.cors && { cors: args.cors }),
  };
}

type Parent = { readonly parent: pulumi.Resource };

function createRestApi(
  name: string,
  args: RestApiArgs,
  body: pulumi.Output<string>,
  parent: Parent,
): aws.apigateway.RestApi {
  const restApiArgs: aws.apigateway.RestApiArgs = {
    description: args.description,
    body,
    ...(args.binaryMediaTypes && { binaryMediaTypes: [...args.binaryMediaTypes] }),
    endpointConfiguration: { types: "REGIONAL" },
  };
  return new aws.apigateway.RestApi(
    `${name}-rest-api`,
    transformed(restApiArgs, args.transform?.restApi, { body }),
    parent,
  );
}

/** A deployment is a snapshot: without a trigger, changes of the API would never be served. */
function createDeployment(
  name: string,
  restApi: aws.apigateway.RestApi,
  body: pulumi.Output<string>,
  parent: Parent,
): aws.apigateway.Deployment {
  const document = body.apply((text) => createHash("sha256").update(text).digest("hex"));
  return new aws.apigateway.Deployment(
    `${name}-deployment`,
    { restApi: restApi.id, triggers: { document } },
    parent,
  );
}

function createStage(
  name: string,
  stageName: string,
  restApi: aws.apigateway.RestApi,
  deployment: aws.apigateway.Deployment,
  args: RestApiArgs,
  parent: Parent,
): aws.apigateway.Stage {
  const retentionInDays = args.defaults.logRetentionDays;
  const accessLog = new aws.cloudwatch.LogGroup(`${name}-access-log`, { retentionInDays }, parent);
  // API Gateway makes this group by itself, to be kept for ever, unless it is there already.
  const executionLog = new aws.cloudwatch.LogGroup(
    `${name}-execution-log`,
    { name: pulumi.interpolate`API-Gateway-Execution-Logs_${restApi.id}/${stageName}`, retentionInDays },
    parent,
  );
  const required = { restApi: restApi.id, deployment: deployment.id, stageName };
  const stageArgs: aws.apigateway.StageArgs = {
    ...required,
    xrayTracingEnabled: true,
    accessLogSettings: { destinationArn: accessLog.arn, format: ACCESS_LOG_FORMAT },
  };
  return new aws.apigateway.Stage(`${name}-stage`, transformed(stageArgs, args.transform?.stage, required), {
    ...parent,
    dependsOn: [executionLog, ...(args.logging ? [args.logging.account] : [])],
  });
}

function createMethodSettings(
  name: string,
  stage: aws.apigateway.Stage,
  args: RestApiArgs,
  parent: Parent,
): aws.apigateway.MethodSettings {
  return new aws.apigateway.MethodSettings(
    `${name}-settings`,
    {
      restApi: stage.restApi,
      stageName: stage.stageName,
      methodPath: "*/*",
      settings: {
        loggingLevel: "ERROR",
        // Would write bodies and keys into the log.
        dataTraceEnabled: false,
        // Six metrics a route at 0.30 USD a month each; the metrics of the whole API are free.
        metricsEnabled: args.defaults.production,
        cachingEnabled: false,
        throttlingRateLimit: args.throttle.ratePerSecond,
        throttlingBurstLimit: args.throttle.burst,
      },
    },
    parent,
  );
}

/** Each function may be invoked for its own routes only; `*` stands for a parameter of the path and for every method. */
function allowInvocations(
  name: string,
  restApi: aws.apigateway.RestApi,
  stageName: string,
  routes: readonly Route<RouteArgs>[],
): void {
  for (const route of routes) {
    if (isQueueRoute(route.contract)) continue;
    const path = route.path.replace(/\{[^}]+\}/g, "*");
    const method = route.method === ANY ? "*" : route.method;
    route.contract.handler.allowInvocation(`${name}-${pascalName(route)}`, {
      principal: "apigateway.amazonaws.com",
      sourceArn: pulumi.interpolate`${restApi.executionArn}/${stageName}/${method}${path}`,
    });
  }
}

function createApiKey(
  name: string,
  args: RestApiArgs,
  limits: ApiKeyArgs,
  restApi: aws.apigateway.RestApi,
  stage: aws.apigateway.Stage,
  parent: Parent,
): pulumi.Output<string> {
  const apiStages = [{ apiId: restApi.id, stage: stage.stageName }];
  const planArgs: aws.apigateway.UsagePlanArgs = {
    apiStages,
    throttleSettings: { rateLimit: limits.ratePerSecond, burstLimit: limits.burst },
    ...(limits.quota && { quotaSettings: { limit: limits.quota.limit, period: limits.quota.period } }),
  };
  const plan = new aws.apigateway.UsagePlan(
    `${name}-usage-plan`,
    transformed(planArgs, args.transform?.usagePlan, { apiStages }),
    parent,
  );
  const key = new aws.apigateway.ApiKey(`${name}-key`, {}, parent);
  new aws.apigateway.UsagePlanKey(
    `${name}-usage-plan-key`,
    { keyId: key.id, keyType: "API_KEY", usagePlanId: plan.id },
    parent,
  );
  return pulumi.secret(key.value);
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html */
function createAlarms(
  name: string,
  restApi: aws.apigateway.RestApi,
  stageName: string,
  args: RestApiArgs,
  parent: Parent,
): void {
  const metric = { namespace: "AWS/ApiGateway", dimensions: { ApiName: restApi.name, Stage: stageName } };
  createAlarm(
    `${name}-server-errors`,
    args.defaults,
    {
      ...metric,
      description: `More than ${DEFAULTS.serverErrors} requests to ${name} in one minute failed with 5xx.`,
      metricName: "5XXError",
      statistic: "Sum",
      threshold: DEFAULTS.serverErrors,
    },
    parent,
  );
  const threshold = args.slowMilliseconds ?? DEFAULTS.slowMilliseconds;
  createAlarm(
    `${name}-slow`,
    args.defaults,
    {
      ...metric,
      description: `One in a hundred requests to ${name} has taken more than ${threshold} ms for 5 minutes.`,
      metricName: "Latency",
      statistic: "p99",
      threshold,
      evaluationPeriods: 5,
    },
    parent,
  );
}
