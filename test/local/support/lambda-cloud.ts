/** Lambda and CloudWatch Logs on a fake cloud. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InvocationRecord } from "../../../local/core/apis.ts";
import { type Clock, wallClock } from "../../../local/core/clock.ts";
import { Faults } from "../../../local/core/faults.ts";
import type { Archive, Properties, Resource } from "../../../local/core/graph.ts";
import type { AwsCall, AwsReply, Service } from "../../../local/core/service.ts";
import { lambda } from "../../../local/services/lambda/index.ts";
import { logs } from "../../../local/services/logs/index.ts";
import { type FakeCloud, type FakeServices, fakeCloud, resourceOf } from "../../support/fake-cloud.ts";

const FUNCTION = "aws:lambda/function:Function";
export const ROLE = "arn:aws:iam::000000000000:role/worker";

type CloudOfFunctions = Omit<FakeCloud, "clock"> & { readonly clock: Clock };

export class LambdaCloud {
  readonly cloud: CloudOfFunctions;
  readonly lambda: Service;
  readonly logs: Service;

  readonly #folder = mkdtempSync(join(tmpdir(), "lambda-cloud-"));

  static async start(
    options: { clock?: Clock; services?: FakeServices; dataFolder?: string; workFolder?: string } = {},
  ): Promise<LambdaCloud> {
    const made = new LambdaCloud(options);
    await made.lambda.start?.();
    return made;
  }

  private constructor({
    clock = wallClock,
    workFolder = this.#folder,
    ...options
  }: Parameters<typeof LambdaCloud.start>[0] & object) {
    const made = fakeCloud(options);
    const cloud = { ...made, clock, faults: new Faults(made.log, clock), workFolder };
    this.cloud = cloud;
    this.logs = logs.create(cloud);
    this.lambda = lambda.create(cloud);
    Object.assign(cloud.services, { logs: this.logs.api, lambda: this.lambda.api });
  }

  async stop(): Promise<void> {
    await this.lambda.stop?.();
    rmSync(this.#folder, { recursive: true, force: true });
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
    const made = resourceOf(lambda, type, name, inputs);
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
  return resourceOf(lambda, FUNCTION, name, {
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
