/** What AWS would return for Lambda's resources. */
import { createHash } from "node:crypto";
import type { RegisteredResource } from "../../core/graph.ts";
import { arn, hexToken, physicalName, token } from "../../core/names.ts";
import type { OutputsOf, World } from "../../core/service.ts";
import { functionArn, parseFunctionName } from "./function-arn.ts";
import { textOf } from "./properties.ts";

const LATEST = "$LATEST";
/** Times that AWS would invent; a pure function has no clock. */
const NEVER_MODIFIED = "1970-01-01T00:00:00.000+0000";

function invokeArn(world: World, target: string): string {
  return `arn:aws:apigateway:${world.region}:lambda:path/2015-03-31/functions/${target}/invocations`;
}

function streamingArn(world: World, target: string): string {
  return `arn:aws:apigateway:${world.region}:lambda:path/2021-11-15/functions/${target}/response-streaming-invocations`;
}

const fn: OutputsOf = (resource, world) => {
  const name = physicalName(resource);
  const own = functionArn(world, { name });
  const version = resource.inputs.publish === true ? "1" : LATEST;
  const qualified = `${own}:${version}`;
  const code = resource.inputs.code ?? resource.inputs.s3Key ?? resource.inputs.imageUri ?? "";
  const codeSha256 = createHash("sha256").update(JSON.stringify(code)).digest("base64");
  return {
    id: name,
    name,
    arn: own,
    invokeArn: invokeArn(world, own),
    responseStreamingInvokeArn: streamingArn(world, own),
    qualifiedArn: qualified,
    qualifiedInvokeArn: invokeArn(world, qualified),
    version,
    codeSha256,
    sourceCodeHash: textOf(resource.inputs.sourceCodeHash) ?? codeSha256,
    sourceCodeSize: 0,
    lastModified: NEVER_MODIFIED,
    signingJobArn: "",
    signingProfileVersionArn: "",
    architectures: resource.inputs.architectures ?? ["x86_64"],
    ephemeralStorage: resource.inputs.ephemeralStorage ?? { size: 512 },
    memorySize: resource.inputs.memorySize ?? 128,
    packageType: resource.inputs.packageType ?? "Zip",
    timeout: resource.inputs.timeout ?? 3,
    tracingConfig: resource.inputs.tracingConfig ?? { mode: "PassThrough" },
    loggingConfig: {
      logFormat: "Text",
      logGroup: `/aws/lambda/${name}`,
      ...(resource.inputs.loggingConfig as object | undefined),
    },
    reservedConcurrentExecutions: resource.inputs.reservedConcurrentExecutions ?? -1,
  };
};

const alias: OutputsOf = (resource, world) => {
  const name = physicalName(resource);
  const own = `${targetArn(resource, world)}:${name}`;
  return { id: own, name, arn: own, invokeArn: invokeArn(world, own) };
};

const permission: OutputsOf = (resource) => {
  const prefix = textOf(resource.inputs.statementIdPrefix) ?? `${resource.name}-`;
  const statementId = textOf(resource.inputs.statementId) ?? `${prefix}${hexToken(resource.urn, 7)}`;
  return { id: statementId, statementId };
};

const eventSourceMapping: OutputsOf = (resource, world) => {
  const uuid = hexToken(resource.urn, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const isQueue = textOf(resource.inputs.eventSourceArn)?.startsWith("arn:aws:sqs:") ?? false;
  const enabled = resource.inputs.enabled !== false;
  return {
    id: uuid,
    uuid,
    arn: arn(world, "lambda", `event-source-mapping:${uuid}`),
    functionArn: qualifiedTarget(resource, world),
    lastModified: NEVER_MODIFIED,
    lastProcessingResult: "No records processed",
    state: enabled ? "Enabled" : "Disabled",
    stateTransitionReason: "USER_INITIATED",
    enabled,
    batchSize: resource.inputs.batchSize ?? (isQueue ? 10 : 100),
    ...(isQueue
      ? {}
      : {
          maximumRecordAgeInSeconds: resource.inputs.maximumRecordAgeInSeconds ?? -1,
          maximumRetryAttempts: resource.inputs.maximumRetryAttempts ?? -1,
          parallelizationFactor: resource.inputs.parallelizationFactor ?? 1,
        }),
  };
};

const functionEventInvokeConfig: OutputsOf = (resource) => {
  const name = textOf(resource.inputs.functionName) ?? "";
  const qualifier = textOf(resource.inputs.qualifier);
  return {
    id: qualifier === undefined ? name : `${name}:${qualifier}`,
    maximumRetryAttempts: resource.inputs.maximumRetryAttempts ?? 2,
  };
};

const provisionedConcurrencyConfig: OutputsOf = ({ inputs }) => ({
  id: `${textOf(inputs.functionName) ?? ""},${textOf(inputs.qualifier) ?? ""}`,
});

const layerVersion: OutputsOf = (resource, world) => {
  const layerName = physicalName(resource, "layerName");
  const layerArn = arn(world, "lambda", `layer:${layerName}`);
  return {
    id: `${layerArn}:1`,
    layerName,
    layerArn,
    arn: `${layerArn}:1`,
    version: "1",
    createdDate: NEVER_MODIFIED,
    sourceCodeHash: createHash("sha256")
      .update(JSON.stringify(resource.inputs.code ?? ""))
      .digest("base64"),
    sourceCodeSize: 0,
    signingJobArn: "",
    signingProfileVersionArn: "",
  };
};

const functionUrl: OutputsOf = (resource, world) => {
  const urlId = token(resource.urn, 32);
  return {
    id: textOf(resource.inputs.functionName) ?? "",
    urlId,
    functionArn: qualifiedTarget(resource, world),
    functionUrl: `https://${urlId}.lambda-url.${world.region}.on.aws/`,
    invokeMode: resource.inputs.invokeMode ?? "BUFFERED",
  };
};

const functionRecursionConfig: OutputsOf = ({ inputs }) => ({ id: textOf(inputs.functionName) ?? "" });

const runtimeManagementConfig: OutputsOf = (resource, world) => {
  const target = qualifiedTarget(resource, world);
  return { id: target, functionArn: target, updateRuntimeOn: resource.inputs.updateRuntimeOn ?? "Auto" };
};

const codeSigningConfig: OutputsOf = (resource, world) => {
  const configId = `csc-${hexToken(resource.urn, 17)}`;
  const own = arn(world, "lambda", `code-signing-config:${configId}`);
  return { id: own, arn: own, configId, lastModified: NEVER_MODIFIED };
};

/** ARN of the function that a resource names, without a qualifier. */
function targetArn(resource: RegisteredResource, world: World): string {
  const name = parseFunctionName(textOf(resource.inputs.functionName) ?? "")?.name ?? "";
  return functionArn(world, { name });
}

function qualifiedTarget(resource: RegisteredResource, world: World): string {
  const parsed = parseFunctionName(textOf(resource.inputs.functionName) ?? "");
  const qualifier = textOf(resource.inputs.qualifier) ?? parsed?.qualifier;
  const own = targetArn(resource, world);
  return qualifier === undefined ? own : `${own}:${qualifier}`;
}

/** What the function answers is not known before it runs. */
const invocation: OutputsOf = ({ urn, inputs }) => ({
  id: `${String(inputs.functionName)}_${String(inputs.qualifier ?? LATEST)}_${hexToken(urn, 32)}`,
  qualifier: inputs.qualifier ?? LATEST,
  lifecycleScope: inputs.lifecycleScope ?? "CREATE_ONLY",
  result: "",
});

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:lambda/alias:Alias": alias,
  "aws:lambda/codeSigningConfig:CodeSigningConfig": codeSigningConfig,
  "aws:lambda/eventSourceMapping:EventSourceMapping": eventSourceMapping,
  "aws:lambda/function:Function": fn,
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": functionEventInvokeConfig,
  "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": functionRecursionConfig,
  "aws:lambda/functionUrl:FunctionUrl": functionUrl,
  "aws:lambda/invocation:Invocation": invocation,
  "aws:lambda/layerVersion:LayerVersion": layerVersion,
  "aws:lambda/permission:Permission": permission,
  "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": provisionedConcurrencyConfig,
  "aws:lambda/runtimeManagementConfig:RuntimeManagementConfig": runtimeManagementConfig,
};
