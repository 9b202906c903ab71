/** Runs inside the worker thread of a function: loads the handler, then handles one event at a time. */
import { getHeapStatistics } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import { failureEntry, failurePayload, runtimeError } from "./failures.ts";
import { type Handler, loadHandler } from "./load-handler.ts";
import type { Code, Report, TimedWork, WorkerSetup } from "./messages.ts";
import { captureOutput } from "./output.ts";
import { setClockOffset } from "./time.ts";
import { serveTokenKeys } from "./token-keys.ts";

const setup: WorkerSetup = workerData;
let current: TimedWork | undefined;

function report(message: Report): void {
  parentPort?.postMessage(message);
}

captureOutput({
  logFormat: setup.logFormat,
  logLevel: setup.logLevel,
  requestId: () => current?.requestId,
  entry: (text) => report({ kind: "entry", text }),
  output: (text) => report({ kind: "output", text }),
});
serveTokenKeys(process.env.AWS_ENDPOINT_URL ?? "");
Object.assign(globalThis, { awslambda: { streamifyResponse: refuseStreaming } });
process.on("uncaughtException", (error) => fail("Uncaught Exception", error, true));
process.on("unhandledRejection", (reason) => {
  const message = String(reason);
  const stack = reason instanceof Error ? reason.stack : undefined;
  const error = runtimeError("Runtime.UnhandledPromiseRejection", message, stack);
  fail("Unhandled Promise Rejection", error, true);
});

function refuseStreaming(): never {
  throw runtimeError(
    "Runtime.InvalidStreamingOperation",
    "The local cloud does not support response streaming (awslambda.streamifyResponse); it works on AWS.",
  );
}

function fail(what: string, thrown: unknown, fatal: boolean): void {
  console.error(what, failureEntry(thrown));
  const payload = JSON.stringify(failurePayload(thrown));
  current = undefined;
  report({ kind: "failure", payload, heapBytes: getHeapStatistics().used_heap_size, fatal });
}

async function handle(handler: Handler, work: TimedWork): Promise<void> {
  current = work;
  setClockOffset(work.clockOffset);
  process.env._X_AMZN_TRACE_ID = work.traceId;
  try {
    const result = await run(handler, JSON.parse(work.event), contextOf(work));
    if (current !== work) return;
    const payload = stringify(result);
    current = undefined;
    report({ kind: "result", payload, heapBytes: getHeapStatistics().used_heap_size });
  } catch (error) {
    if (current === work) fail("Invoke Error", error, false);
  }
}

/** Up to Node.js 22 a handler may take a callback instead of answering a promise. */
function run(handler: Handler, event: unknown, context: object): unknown {
  if (handler.length < 3) return handler(event, context);
  return new Promise((resolve, reject) => {
    const callback = (error: unknown, result: unknown): void => {
      if (error === undefined || error === null) resolve(result);
      else reject(error);
    };
    const answer = handler(event, context, callback);
    if (answer instanceof Promise) answer.then(resolve, reject);
  });
}

function contextOf(work: TimedWork): object {
  const { requestId: awsRequestId, invokedFunctionArn, functionVersion, timeoutMilliseconds } = work;
  const deadline = performance.now() + timeoutMilliseconds;
  return {
    callbackWaitsForEmptyEventLoop: true,
    ...setup.context,
    functionVersion,
    invokedFunctionArn,
    awsRequestId,
    clientContext: undefined,
    identity: undefined,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
  };
}

function stringify(result: unknown): string {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? "null";
  } catch {
    throw runtimeError("Runtime.JSONStringifyError", "Unable to stringify response body");
  }
}

async function load({ taskRoot, clockOffset }: Code): Promise<void> {
  setClockOffset(clockOffset);
  process.env.LAMBDA_TASK_ROOT = taskRoot;
  process.cwd = () => taskRoot;
  const handler = await loadHandler(taskRoot, setup.handler, setup.nodeVersion);
  parentPort?.on("message", (work: TimedWork) => void handle(handler, work));
  report({ kind: "ready" });
}

// Without another listener a module that waits for what never comes ends the thread.
parentPort?.once("message", (code: Code) => {
  load(code).catch((error) => fail("Uncaught Exception", error, true));
});
