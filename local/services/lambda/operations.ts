/** The Lambda API (REST JSON). https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
import { AwsError, notSupported } from "../../core/errors.ts";
import type { AwsCall, AwsReply, Cloud } from "../../core/service.ts";
import type { AsyncInvocations } from "./async-invocations.ts";
import { functionArn, parseFunctionName } from "./function-arn.ts";
import type { FunctionSettings } from "./function-settings.ts";
import { checkSize, type Invoker, MAX_ASYNC_PAYLOAD_BYTES } from "./invoker.ts";
import type { Registry } from "./registry.ts";

const ROUTE = /^\/2015-03-31\/functions(?:\/([^/]+)(?:\/([a-z]+))?)?\/?$/;

/** By method and path. */
const OPERATIONS: Readonly<Record<string, string>> = {
  "POST name/invocations": "Invoke",
  "GET name": "GetFunction",
  "GET name/configuration": "GetFunctionConfiguration",
  "GET ": "ListFunctions",
};

/** The name of the operation that a call is; undefined for one that the local cloud does not have. */
export function operationName({ method, path }: AwsCall): string | undefined {
  const route = ROUTE.exec(path);
  if (!route) return undefined;
  const [, encoded, part] = route;
  return OPERATIONS[
    `${method} ${encoded === undefined ? "" : "name"}${part === undefined ? "" : `/${part}`}`
  ];
}

export class Operations {
  readonly #cloud: Cloud;
  readonly #registry: Registry;
  readonly #invoker: Invoker;
  readonly #queue: AsyncInvocations;

  constructor(cloud: Cloud, registry: Registry, invoker: Invoker, queue: AsyncInvocations) {
    this.#cloud = cloud;
    this.#registry = registry;
    this.#invoker = invoker;
    this.#queue = queue;
  }

  async answer(call: AwsCall): Promise<AwsReply> {
    const name = decodeURIComponent(ROUTE.exec(call.path)?.[1] ?? "");
    const operation = operationName(call);
    if (operation === "Invoke") return this.#invoke(call, name);
    if (operation === "GetFunction" || operation === "GetFunctionConfiguration")
      return this.#get(call, name, operation);
    if (operation === "ListFunctions") return this.#list(call);
    throw notSupported("lambda", `${call.method} ${call.path}`);
  }

  async #invoke(call: AwsCall, name: string): Promise<AwsReply> {
    const qualified = this.#authorize(call, "InvokeFunction", name);
    const target = this.#registry.resolve(qualified);
    const type = call.headers["x-amz-invocation-type"] ?? "RequestResponse";
    const payload = payloadOf(call);
    const source = call.principal.functionName ?? call.principal.kind;
    if (type === "DryRun") return { status: 204, headers: {}, body: "" };
    if (type === "Event") {
      checkSize(payload, MAX_ASYNC_PAYLOAD_BYTES, "Event");
      this.#queue.queue(target, payload, source);
      return { status: 202, headers: {}, body: "" };
    }
    if (type !== "RequestResponse") {
      throw new AwsError("InvalidParameterValueException", `Unknown invocation type ${type}`);
    }
    const answer = await this.#invoker.invoke(qualified, payload, source, { requestId: call.requestId });
    const withLog = call.headers["x-amz-log-type"] === "Tail";
    return {
      status: 200,
      headers: {
        "content-type": "application/json",
        "x-amz-executed-version": answer.executedVersion,
        ...(answer.functionError === undefined ? {} : { "x-amz-function-error": answer.functionError }),
        ...(withLog ? { "x-amz-log-result": Buffer.from(answer.logTail).toString("base64") } : {}),
      },
      body: answer.payload,
    };
  }

  #get(call: AwsCall, name: string, action: "GetFunction" | "GetFunctionConfiguration"): AwsReply {
    const { fn, arn } = this.#registry.resolve(this.#authorize(call, action, name));
    const configuration = configurationOf(fn.settings, arn);
    if (action === "GetFunctionConfiguration") return json(configuration);
    return json({
      Configuration: configuration,
      Code: { RepositoryType: "S3" },
      Tags: fn.settings.resource.outputs.tagsAll ?? {},
    });
  }

  #list(call: AwsCall): AwsReply {
    this.#cloud.authorize(call.principal, [{ action: "lambda:ListFunctions", resource: "*" }]);
    const functions = [...this.#registry.functions.values()];
    return json({ Functions: functions.map(({ settings }) => configurationOf(settings, settings.arn)) });
  }

  /** @returns the ARN of what is called, with its qualifier */
  #authorize(call: AwsCall, action: string, name: string): string {
    const parsed = parseFunctionName(name);
    if (!parsed) throw new AwsError("ValidationException", `${name} is not the name of a function.`);
    const qualifier = call.query.get("Qualifier") ?? parsed.qualifier;
    const own = { name: parsed.name, ...(qualifier === undefined ? {} : { qualifier }) };
    const resource = functionArn(this.#cloud.world, own);
    this.#cloud.authorize(call.principal, [{ action: `lambda:${action}`, resource }]);
    return resource;
  }
}

function payloadOf({ body }: AwsCall): string {
  if (body.length === 0) return "{}";
  const text = body.toString("utf8");
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    const message = `Could not parse request body into json: ${(error as Error).message}`;
    throw new AwsError("InvalidRequestContentException", message, 400, { Type: "User" });
  }
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
function configurationOf(settings: FunctionSettings, arn: string): object {
  const { outputs } = settings.resource;
  return {
    FunctionName: settings.name,
    FunctionArn: arn,
    Runtime: settings.runtime,
    Role: settings.role,
    Handler: settings.handler,
    CodeSize: outputs.sourceCodeSize,
    CodeSha256: outputs.codeSha256,
    Description: outputs.description ?? "",
    Timeout: settings.timeoutMilliseconds / 1000,
    MemorySize: settings.memoryMegabytes,
    LastModified: outputs.lastModified,
    Version: settings.version,
    Environment: { Variables: settings.variables },
    TracingConfig: { Mode: settings.tracesActively ? "Active" : "PassThrough" },
    State: "Active",
    LastUpdateStatus: "Successful",
    PackageType: outputs.packageType,
    Architectures: outputs.architectures,
    LoggingConfig: { LogFormat: settings.logFormat, LogGroup: settings.logGroup },
  };
}

function json(body: object): AwsReply {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
