/** Runs events on functions: limits, log lines, the record of what ran. */
import { randomUUID } from "node:crypto";
import type { Invocation, InvocationRecord } from "../../core/apis.ts";
import { AwsError, UserError } from "../../core/errors.ts";
import type { InvocationEffect } from "../../core/faults.ts";
import type { Cloud } from "../../core/service.ts";
import {
  currentTrace,
  invocationHeader,
  isSampled,
  requestTrace,
  type Trace,
  withTrace,
} from "../../core/trace.ts";
import type { Environment, Outcome } from "./environment.ts";
import { failureText } from "./failure-text.ts";
import type { FunctionSettings } from "./function-settings.ts";
import { faultyInvocation } from "./invocation-faults.ts";
import { endEntries, startEntries } from "./invocation-log.ts";
import type { LogTail } from "./log-tail.ts";
import type { Registry, Target } from "./registry.ts";
import type { Telemetry } from "./telemetry.ts";
import { trustRefusal } from "./trust.ts";
import type { Work } from "./worker/messages.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD_BYTES = 6_291_556;
export const MAX_ASYNC_PAYLOAD_BYTES = 1_048_576;
const KEPT_RECORDS = 1_000;

export interface DetailedInvocation extends Invocation {
  readonly requestId: string;
  readonly executedVersion: string;
  /** The last 4 KB of what was logged meanwhile. */
  readonly logTail: string;
}

export interface InvokeOptions {
  /** That of an earlier attempt with the same event; default a new one. */
  readonly requestId?: string;
  /** Called when an environment has the event. */
  readonly taken?: (() => void) | undefined;
}

export class Invoker {
  readonly #cloud: Cloud;
  readonly #registry: Registry;
  readonly #tails: LogTail;
  readonly #telemetry: Telemetry;
  readonly #records: InvocationRecord[] = [];
  /**
   * Events under way or waiting for an environment, by function. All together have no limit, since they wait where AWS
   * would start more environments.
   */
  readonly #running = new Map<string, number>();

  constructor(cloud: Cloud, registry: Registry, tails: LogTail, telemetry: Telemetry) {
    this.#telemetry = telemetry;
    this.#cloud = cloud;
    this.#registry = registry;
    this.#tails = tails;
  }

  records(): readonly InvocationRecord[] {
    return this.#records.slice(-KEPT_RECORDS);
  }

  /** Forgets the invocations that have ended. */
  forget(): void {
    this.#records.length = 0;
  }

  /** Whether events are being handled. */
  get busy(): boolean {
    return [...this.#running.values()].some((count) => count > 0);
  }

  /**
   * Runs one event and waits for the answer.
   * @param payload JSON text
   * @throws AwsError when the event cannot be run at all; a function that fails is an answer
   */
  invoke(
    name: string,
    payload: string,
    source: string,
    options: InvokeOptions = {},
  ): Promise<DetailedInvocation> {
    const known = currentTrace();
    if (known) return this.#invoke(name, payload, source, options, known);
    const trace = requestTrace(undefined);
    return withTrace(trace, () => this.#invoke(name, payload, source, options, trace));
  }

  async #invoke(
    name: string,
    payload: string,
    source: string,
    { requestId = randomUUID(), taken }: InvokeOptions,
    trace: Trace,
  ): Promise<DetailedInvocation> {
    const target = await this.#upToDate(name);
    checkSize(payload, MAX_PAYLOAD_BYTES, "RequestResponse");
    const { settings, pool } = target.fn;
    const refusal = trustRefusal(this.#cloud, settings);
    if (refusal !== undefined) throw new AwsError("AccessDeniedException", refusal, 403);
    const environments = pool();
    const effects = this.#cloud.faults.onInvocation(target.arn);
    this.#enter(settings, effects);
    try {
      return await environments.use(async (environment) => {
        taken?.();
        const at = this.#cloud.clock.now();
        const { write } = this.#tails.open(settings, environment.logStream);
        const begin = (): void =>
          write(startEntries(settings, requestId, target.version, this.#cloud.clock.now()));
        const work = workOf(target, payload, requestId, trace);
        const outcome = limitAnswer(await handle(environment, work, begin, effects));
        write(endEntries(settings, requestId, outcome, this.#cloud.clock.now()));
        if (isSampled(work.traceId)) this.#telemetry.sendTrace(settings);
        this.#record(settings, source, requestId, at, outcome);
        const logTail = this.#tails.close(environment.logStream);
        return { ...answerOf(outcome), requestId, executedVersion: target.version, logTail };
      });
    } finally {
      this.#leave(settings.name);
    }
  }

  /** What a name leads to, once it has the code that its sources say and all that it depends on. */
  async #upToDate(name: string): Promise<Target> {
    const target = this.#registry.resolve(name);
    const pending = this.#cloud.pending?.(target.fn.urn);
    if (!pending) return target;
    await pending.catch((error: unknown) => {
      throw error instanceof UserError ? notReady(target, error) : error;
    });
    return this.#registry.resolve(name);
  }

  #enter({ name, reservedConcurrency }: FunctionSettings, effects: readonly InvocationEffect[]): void {
    const running = this.#running.get(name) ?? 0;
    if (reservedConcurrency >= 0 && running >= reservedConcurrency) {
      throw this.#throttled(name, "ReservedFunctionConcurrentInvocationLimitExceeded");
    }
    if (effects.some(({ action }) => action === "throttle")) {
      throw this.#throttled(name, "ConcurrentInvocationLimitExceeded");
    }
    this.#running.set(name, running + 1);
  }

  #throttled(FunctionName: string, Reason: string): AwsError {
    this.#cloud.services.cloudwatch.record("AWS/Lambda", "Throttles", { FunctionName }, 1, "Count");
    return new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, { Reason, Type: "User" });
  }

  #leave(name: string): void {
    this.#running.set(name, (this.#running.get(name) ?? 1) - 1);
  }

  #record(
    { name }: FunctionSettings,
    source: string,
    requestId: string,
    at: number,
    { milliseconds: duration, failed, payload }: Outcome,
  ): void {
    const dimensions = { FunctionName: name };
    const { cloudwatch } = this.#cloud.services;
    cloudwatch.record("AWS/Lambda", "Invocations", dimensions, 1, "Count");
    cloudwatch.record("AWS/Lambda", "Errors", dimensions, failed ? 1 : 0, "Count");
    cloudwatch.record("AWS/Lambda", "Duration", dimensions, duration, "Milliseconds");
    const error = failed ? { error: payload } : {};
    this.#records.push({ requestId, functionName: name, source, at, duration, ...error });
    if (this.#records.length > 2 * KEPT_RECORDS) this.#records.splice(0, KEPT_RECORDS);
    const message = failed ? `${source}: failed: ${failureText(payload)}` : source;
    this.#cloud.log({ kind: "invocation", source: name, message, requestId, duration });
  }
}

async function handle(
  environment: Environment,
  work: Work,
  begin: () => void,
  effects: readonly InvocationEffect[],
): Promise<Outcome> {
  if (effects.length === 0) return environment.handle(work, begin);
  const { prevented, answer, ...disturbance } = faultyInvocation(effects);
  if (!prevented) return { ...(await environment.handle(work, begin, disturbance)), ...answer };
  begin();
  return { payload: "null", failed: false, milliseconds: 0, heapBytes: 0, ...answer };
}

/** @throws AwsError RequestTooLargeException */
export function checkSize(payload: string, limit: number, type: "RequestResponse" | "Event"): void {
  const size = payload.length * 3 <= limit ? 0 : Buffer.byteLength(payload);
  if (size <= limit) return;
  const message = `${size} byte payload is too large for the ${type} invocation type (limit ${limit} bytes)`;
  throw new AwsError("RequestTooLargeException", message, 413, { Type: "User" });
}

function workOf(target: Target, event: string, requestId: string, trace: Trace): Work {
  return {
    requestId,
    event,
    invokedFunctionArn: target.arn,
    functionVersion: target.version,
    timeoutMilliseconds: target.fn.settings.timeoutMilliseconds,
    traceId: invocationHeader(trace, target.fn.settings.tracesActively),
  };
}

function limitAnswer(outcome: Outcome): Outcome {
  const { payload } = outcome;
  const size = payload.length * 3 <= MAX_PAYLOAD_BYTES ? 0 : Buffer.byteLength(payload);
  if (size <= MAX_PAYLOAD_BYTES) return outcome;
  const errorMessage = `Response payload size (${size} bytes) exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`;
  const error = JSON.stringify({ errorType: "Function.ResponseSizeTooLarge", errorMessage });
  return { ...outcome, payload: error, failed: true };
}

/** The deployment would have ended before it made the function. */
function notReady({ arn }: Target, { message }: UserError): AwsError {
  const text = `${arn} is not deployed, since it depends on what has failed: ${message}`;
  return new AwsError("ResourceNotReadyException", text, 502, { Type: "Service" });
}

function answerOf({ payload, failed }: Outcome): Invocation {
  return failed ? { payload, functionError: "Unhandled" } : { payload };
}
