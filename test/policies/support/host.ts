import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { credentials, type requestCallback } from "@grpc/grpc-js";
import analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import messages, {
  type AnalyzeDiagnostic,
  type AnalyzeResponse,
  type AnalyzerInfo,
} from "@pulumi/pulumi/proto/analyzer_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Resource } from "../../../local/core/graph.ts";
import { encode } from "../../../local/evaluate/values.ts";

/** The policy pack as Pulumi's engine starts it and talks to it. */
export class PolicyHost {
  readonly #process: ChildProcess;
  readonly #client: analyzer.AnalyzerClient;

  private constructor(process: ChildProcess, port: string) {
    this.#process = process;
    this.#client = new analyzer.AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
  }

  static async start(configuration: Readonly<Record<string, string>>): Promise<PolicyHost> {
    const entry = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, [entry, "127.0.0.1:1", "."], {
      cwd: "policies",
      env: { ...process.env, PULUMI_CONFIG: JSON.stringify(configuration) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    return new PolicyHost(child, port);
  }

  info(): Promise<AnalyzerInfo> {
    return answered((done) => this.#client.getAnalyzerInfo(new empty.Empty(), done));
  }

  /** What the pack says of a resource before it is made. */
  async judge(resource: Resource): Promise<AnalyzeDiagnostic[]> {
    const request = new messages.AnalyzeRequest()
      .setType(resource.type)
      .setName(resource.name)
      .setUrn(resource.urn)
      .setProperties(encode(resource.inputs, new Set(resource.secretInputs)))
      .setOptions(new messages.AnalyzerResourceOptions().setProtect(resource.protect));
    const answer = await answered<AnalyzeResponse>((done) => this.#client.analyze(request, done));
    return answer.getDiagnosticsList();
  }

  /** What the pack says of a stack once its resources are made. */
  async judgeStack(resources: readonly Resource[]): Promise<AnalyzeDiagnostic[]> {
    const request = new messages.AnalyzeStackRequest().setResourcesList(resources.map(messageOf));
    const answer = await answered<AnalyzeResponse>((done) => this.#client.analyzeStack(request, done));
    return answer.getDiagnosticsList();
  }

  async stop(): Promise<void> {
    this.#client.close();
    if (this.#process.exitCode === null && this.#process.kill()) await once(this.#process, "exit");
  }
}

function messageOf(resource: Resource) {
  const message = new messages.AnalyzerResource()
    .setType(resource.type)
    .setName(resource.name)
    .setUrn(resource.urn)
    .setProperties(encode(resource.outputs, new Set(resource.secretInputs)))
    .setDependenciesList([...resource.dependencies])
    .setOptions(new messages.AnalyzerResourceOptions().setProtect(resource.protect));
  for (const [property, urns] of Object.entries(resource.propertyDependencies))
    message
      .getPropertydependenciesMap()
      .set(property, new messages.AnalyzerPropertyDependencies().setUrnsList([...urns]));
  return message;
}

function answered<T>(call: (done: requestCallback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, answer) => (answer === undefined ? reject(error) : resolve(answer)));
  });
}
