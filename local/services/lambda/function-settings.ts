/** A function as its resource describes it. */
import { AwsError, notSupported } from "../../core/errors.ts";
import type { Archive, Resource, Value } from "../../core/graph.ts";
import { membersOf, numberOf, textOf } from "./properties.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
export interface FunctionSettings {
  readonly name: string;
  readonly arn: string;
  readonly role: string;
  /** `$LATEST`, or the version that was published. */
  readonly version: string;
  readonly runtime: string;
  readonly handler: string;
  readonly memoryMegabytes: number;
  readonly timeoutMilliseconds: number;
  /** The function's own environment variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly logFormat: "Text" | "JSON";
  /** Least level of the function's own log entries, when the format is JSON. */
  readonly logLevel: string;
  readonly systemLogLevel: string;
  /** Whether Lambda sends traces of what no caller traces. */
  readonly tracesActively: boolean;
  /** -1 for none. */
  readonly reservedConcurrency: number;
  /** Queue or topic for events whose asynchronous invocations all failed. */
  readonly deadLetterArn?: string;
  readonly code: Value | undefined;
  readonly resource: Resource;
}

/** Node.js version that functions run on here, whatever their runtime. */
export const NODE_VERSION = Number(process.versions.node.split(".", 1)[0]);

export function readSettings(resource: Resource): FunctionSettings {
  const { outputs } = resource;
  const name = textOf(outputs.name) ?? resource.name;
  const logging = membersOf(outputs.loggingConfig);
  const variables = Object.entries(membersOf(membersOf(outputs.environment).variables));
  const deadLetterArn = textOf(membersOf(outputs.deadLetterConfig).targetArn);
  return {
    name,
    arn: textOf(outputs.arn) ?? "",
    role: textOf(outputs.role) ?? "",
    version: textOf(outputs.version) ?? "$LATEST",
    runtime: textOf(outputs.runtime) ?? "",
    handler: textOf(outputs.handler) ?? "",
    memoryMegabytes: numberOf(outputs.memorySize) ?? 128,
    timeoutMilliseconds: (numberOf(outputs.timeout) ?? 3) * 1000,
    variables: Object.fromEntries(variables.map(([key, value]) => [key, String(value)])),
    logGroup: textOf(logging.logGroup) ?? `/aws/lambda/${name}`,
    logFormat: logging.logFormat === "JSON" ? "JSON" : "Text",
    logLevel: textOf(logging.applicationLogLevel) ?? "INFO",
    systemLogLevel: textOf(logging.systemLogLevel) ?? "INFO",
    tracesActively: membersOf(outputs.tracingConfig).mode === "Active",
    reservedConcurrency: numberOf(outputs.reservedConcurrentExecutions) ?? -1,
    ...(deadLetterArn === undefined ? {} : { deadLetterArn }),
    code: outputs.code,
    resource,
  };
}

/**
 * The archive of a function that can run here.
 * @throws AwsError NotImplemented, naming what cannot
 */
export function runnableCode({ name, runtime, code, resource }: FunctionSettings): Archive {
  if (resource.outputs.packageType === "Image") {
    throw notSupported("lambda", `container images (function ${name})`);
  }
  if (nodeVersionOf(runtime) === undefined) {
    throw notSupported("lambda", `the runtime ${runtime || "(none)"} (function ${name})`);
  }
  if (resource.outputs.s3Bucket !== undefined) throw notSupported("lambda", `code in S3 (function ${name})`);
  if (isArchive(code)) return code;
  throw new AwsError("InvalidParameterValueException", `The function ${name} has no code.`);
}

/** 24 for `nodejs24.x`; undefined for other languages. */
export function nodeVersionOf(runtime: string): number | undefined {
  const version = /^nodejs(\d+)\.x$/.exec(runtime)?.[1];
  return version === undefined ? undefined : Number(version);
}

function isArchive(code: Value | undefined): code is Archive {
  return typeof code === "object" && code !== null && "kind" in code && code.kind === "archive";
}
