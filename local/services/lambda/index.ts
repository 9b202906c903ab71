/**
 * AWS Lambda: Node.js functions in worker threads, asynchronous invocation, mappings from queues and table streams.
 * Not here: other languages, container images, layers, function URLs, response streaming, other event sources.
 * https://docs.aws.amazon.com/lambda/latest/dg/
 */
import { join } from "node:path";
import type { LambdaApi } from "../../core/apis.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { AsyncInvocations } from "./async-invocations.ts";
import { Checkpoints } from "./checkpoints.ts";
import { INVOCATION } from "./deployment-invocation.ts";
import { Destinations } from "./destinations.ts";
import { Functions } from "./functions.ts";
import { checkSize, Invoker, MAX_ASYNC_PAYLOAD_BYTES } from "./invoker.ts";
import { LogTail } from "./log-tail.ts";
import { Mappings } from "./mappings.ts";
import { Operations, operationName } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { realizers } from "./realize.ts";
import { Registry } from "./registry.ts";
import { Telemetry } from "./telemetry.ts";

export const lambda: ServiceDefinition = {
  name: "lambda",
  signingNames: ["lambda"],
  protocol: "rest-json",
  outputs,
  operationOf: operationName,
  create: createService,
};

function createService(cloud: Cloud): Service {
  const registry = new Registry(() => cloud.world);
  const telemetry = new Telemetry(cloud);
  const tails = new LogTail(() => cloud.services.logs, telemetry);
  const functions = new Functions(cloud, registry, tails);
  const invoker = new Invoker(cloud, registry, tails, telemetry);
  const destinations = new Destinations(cloud);
  const queue = new AsyncInvocations(cloud, registry, invoker, destinations);
  const file = cloud.dataFolder === undefined ? undefined : join(cloud.dataFolder, "lambda-checkpoints.json");
  const checkpoints = new Checkpoints(file);
  const mappings = new Mappings({ cloud, registry, invoker, destinations, checkpoints });
  const operations = new Operations(cloud, registry, invoker, queue);
  const api: LambdaApi = {
    invoke: (functionArn, event, source, taken) =>
      invoker.invoke(functionArn, payloadOf(event), source, { taken }),
    invokeAsync: (functionArn, event, source) => {
      const payload = payloadOf(event);
      checkSize(payload, MAX_ASYNC_PAYLOAD_BYTES, "Event");
      queue.queue(registry.resolve(functionArn), payload, source);
    },
    prepare: (urn) => functions.prepare(urn),
    invocations: () => invoker.records(),
    killEnvironments: (functionName) => functions.kill(functionName),
    countCall: (environmentId) => functions.environment(environmentId)?.countCall(),
    crash: (environmentId) => void functions.environment(environmentId)?.end(),
    onEnd: (environmentId, task) => {
      const environment = functions.environment(environmentId);
      if (environment) return environment.onEnd(task);
      task();
      return { cancel: () => undefined };
    },
  };
  const realize = realizers(cloud, registry, functions, mappings, invoker);
  let wasReset = false;
  return {
    api,
    realize,
    call: (call) => operations.answer(call),
    start: () => functions.start(),
    ready: async () => {
      // What a deployment did by a function, such as making tables, a reset has undone.
      const invocations = wasReset ? cloud.resources().filter(({ type }) => type === INVOCATION) : [];
      wasReset = false;
      await Promise.all(invocations.map((resource) => realize[INVOCATION]?.create(resource)));
      mappings.start();
    },
    reset: async () => {
      wasReset = true;
      queue.reset();
      const pollers = mappings.stop();
      await functions.killAll();
      await pollers;
      checkpoints.clear();
      invoker.forget();
    },
    busy: async () => invoker.busy || queue.busy || (await mappings.busy()),
    stop: async () => {
      queue.stop();
      const pollers = mappings.stop();
      await functions.stop();
      await pollers;
    },
  };
}

function payloadOf(event: unknown): string {
  return JSON.stringify(event) ?? "{}";
}
