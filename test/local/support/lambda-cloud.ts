/** Lambda and CloudWatch Logs on a fake cloud. */
import type { InvocationRecord } from "../../../local/core/apis.ts";
import type { Clock } from "../../../local/core/clock.ts";
import type { Archive, Properties, Resource } from "../../../local/core/graph.ts";
import type { AwsCall, AwsReply, Service } from "../../../local/core/service.ts";
import { lambda } from "../../../local/services/lambda/index.ts";
import { logs } from "../../../local/services/logs/index.ts";
import { type FakeCloud, type FakeServices, fakeCloud, resource } from "./fake-cloud.ts";

const FUNCTION = "aws:lambda/function:Function";
export const ROLE = "arn:aws:iam::000000000000:role/worker";

export class LambdaCloud {
  readonly cloud: FakeCloud;
  readonly lambda: Service;
  readonly logs: Service;

  static async start(
    options: { clock?: Clock; services?: FakeServices; dataFolder?: string; workFolder?: string } = {},
  ): Promise<LambdaCloud> {
    const made = new LambdaCloud(fakeCloud(options));
    await made.lambda.start?.();
    return made;
  }

  private constructor(cloud: FakeCloud) {
    this.cloud = cloud;
    this.logs = logs.create(cloud);
    this.lambda = lambda.create(cloud);
    Object.assign(cloud.services, { logs: this.logs.api, lambda: this.lambda.api });
  }

  async stop(): Promise<void> {
    await this.lambda.stop?.();
    this.cloud.remove();
  }

  /** Makes a function from the text of its `index.mjs`, or from an archive. @returns its ARN */
  async deploy(name: string, code: string | Archive, inputs: Properties = {}): Promise<string> {
    const made = functionResource(name, code, inputs);
    await this.realize(made);
    return String(made.outputs.arn);
  }

  async realize(made: Resource): Promise<void> {
    await this.lambda.realize[made.type]?.create(made);
  }

  /** Makes a resource of another type. */
  async make(type: string, name: string, inputs: Properties): Promise<Resource> {
    const made = resource(lambda.outputs, type, name, inputs);
    await this.realize(made);
    return made;
  }

  /** Invokes and reads the answer. */
  async invoke(arn: string, event: unknown = {}): Promise<{ result: unknown; failed: boolean }> {
    const answer = await this.cloud.services.lambda.invoke(arn, event, "test");
    return { result: JSON.parse(answer.payload), failed: answer.functionError !== undefined };
  }

  /** What a failing function answers. */
  async failure(arn: string, event: unknown = {}): Promise<Record<string, unknown>> {
    const { result, failed } = await this.invoke(arn, event);
    if (!failed) throw new Error(`the function did not fail: ${JSON.stringify(result)}`);
    return result as Record<string, unknown>;
  }

  get invocations(): readonly InvocationRecord[] {
    return this.cloud.services.lambda.invocations();
  }

  /** The messages of a function's log. */
  logOf(name: string): string[] {
    return this.cloud.services.logs.read(`/aws/lambda/${name}`).map(({ message }) => message);
  }

  call(method: string, path: string, options: Partial<AwsCall> = {}): Promise<AwsReply> {
    return callService(this.lambda, method, path, options);
  }
}

export function functionResource(name: string, code: string | Archive, inputs: Properties = {}): Resource {
  const archive: Archive =
    typeof code === "string"
      ? { kind: "archive", assets: { "index.mjs": { kind: "asset", text: code } } }
      : code;
  return resource(lambda.outputs, FUNCTION, name, {
    name,
    role: ROLE,
    runtime: "nodejs24.x",
    handler: "index.handler",
    code: archive,
    ...inputs,
  });
}

/** An AWS API call of the user. */
export function callService(
  service: Service,
  method: string,
  path: string,
  options: Partial<AwsCall> = {},
): Promise<AwsReply> {
  const [pathname = "", query = ""] = path.split("?");
  if (!service.call) throw new Error("the service answers no calls");
  return service.call({
    operation: undefined,
    region: "eu-west-1",
    principal: { kind: "user", arn: "arn:aws:iam::000000000000:user/local" },
    requestId: "11111111-2222-4333-8444-555555555555",
    method,
    path: pathname,
    query: new URLSearchParams(query),
    headers: {},
    body: Buffer.alloc(0),
    ...options,
  });
}
