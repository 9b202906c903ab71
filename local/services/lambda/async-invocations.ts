/**
 * Asynchronous invocations: events wait in Lambda's own queue, are tried again and end in a destination.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import { randomUUID } from "node:crypto";
import type { Timer } from "../../core/clock.ts";
import { AwsError } from "../../core/errors.ts";
import type { Cloud } from "../../core/service.ts";
import type { Destinations } from "./destinations.ts";
import type { DetailedInvocation, Invoker } from "./invoker.ts";
import type { AsyncSettings, Registry, Target } from "./registry.ts";

interface QueuedEvent {
  readonly target: Target;
  readonly payload: string;
  readonly source: string;
  readonly requestId: string;
  readonly queuedAt: number;
  readonly generation: number;
  /** How often the function has failed. */
  failures: number;
  /** How often the event could not be run at all. */
  refusals: number;
}

type Condition = "Success" | "RetriesExhausted" | "EventAgeExceeded";

const RETRY_MILLISECONDS = [60_000, 120_000];
const FIRST_REFUSAL_MILLISECONDS = 1_000;
const MAX_REFUSAL_MILLISECONDS = 300_000;
const DEFAULTS: AsyncSettings = { maximumRetryAttempts: 2, maximumAgeMilliseconds: 6 * 3_600_000 };

export class AsyncInvocations {
  readonly #cloud: Cloud;
  readonly #registry: Registry;
  readonly #invoker: Invoker;
  readonly #destinations: Destinations;
  readonly #timers = new Set<Timer>();
  /** Events of an earlier one are forgotten. */
  #generation = 0;
  #attempts = 0;
  #stopped = false;

  constructor(cloud: Cloud, registry: Registry, invoker: Invoker, destinations: Destinations) {
    this.#cloud = cloud;
    this.#registry = registry;
    this.#invoker = invoker;
    this.#destinations = destinations;
  }

  /** Queues an event. @returns its request id */
  queue(target: Target, payload: string, source: string): string {
    const requestId = randomUUID();
    const queuedAt = this.#cloud.clock.now();
    const generation = this.#generation;
    const event = { target, payload, source, requestId, queuedAt, generation, failures: 0, refusals: 0 };
    this.#start(event);
    return requestId;
  }

  /** Whether events are being handled; those that wait for their next attempt are not. */
  get busy(): boolean {
    return this.#attempts > 0;
  }

  /** Forgets the events that wait, for good. */
  stop(): void {
    this.#stopped = true;
    this.reset();
  }

  /** Forgets the events that wait; those that are being handled are not tried again. */
  reset(): void {
    this.#generation += 1;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #settings({ fn, qualifier = "" }: Target): AsyncSettings {
    return this.#registry.asyncSettings.get(`${fn.settings.name}:${qualifier}`) ?? DEFAULTS;
  }

  #start(event: QueuedEvent): void {
    this.#attempts += 1;
    queueMicrotask(() => {
      void this.#attempt(event).finally(() => {
        this.#attempts -= 1;
      });
    });
  }

  async #attempt(event: QueuedEvent): Promise<void> {
    if (this.#stopped) return;
    const { target, payload, source, requestId } = event;
    const settings = this.#settings(target);
    try {
      const invocation = await this.#invoker.invoke(target.arn, payload, source, { requestId });
      if (invocation.functionError === undefined) await this.#end(event, "Success", invocation);
      else await this.#failed(event, settings, invocation);
    } catch (error) {
      await this.#refused(event, settings, error);
    }
  }

  async #failed(event: QueuedEvent, settings: AsyncSettings, invocation: DetailedInvocation): Promise<void> {
    event.failures += 1;
    const delay = RETRY_MILLISECONDS[event.failures - 1] ?? 0;
    if (event.failures > settings.maximumRetryAttempts)
      await this.#end(event, "RetriesExhausted", invocation);
    else if (this.#tooOld(event, settings, delay)) await this.#end(event, "EventAgeExceeded", invocation);
    else this.#later(event, delay);
  }

  /** The event could not be run: throttled, or the function is gone. */
  async #refused(event: QueuedEvent, settings: AsyncSettings, error: unknown): Promise<void> {
    const passes = error instanceof AwsError && (error.status === 429 || error.status === 503);
    const delay = Math.min(FIRST_REFUSAL_MILLISECONDS * 2 ** event.refusals, MAX_REFUSAL_MILLISECONDS);
    event.refusals += 1;
    if (passes && !this.#tooOld(event, settings, delay)) return this.#later(event, delay);
    const message = `${event.source}: ${error instanceof Error ? error.message : String(error)}`;
    const { requestId, target } = event;
    this.#cloud.log({ kind: "error", source: target.fn.settings.name, message, requestId });
    await this.#end(event, passes ? "EventAgeExceeded" : "RetriesExhausted", undefined);
  }

  #tooOld(event: QueuedEvent, settings: AsyncSettings, delay: number): boolean {
    return this.#cloud.clock.now() + delay - event.queuedAt > settings.maximumAgeMilliseconds;
  }

  #later(event: QueuedEvent, delay: number): void {
    if (this.#stopped || event.generation !== this.#generation) return;
    const timer = this.#cloud.clock.after(delay, () => {
      this.#timers.delete(timer);
      this.#start(event);
    });
    this.#timers.add(timer);
  }

  async #end(event: QueuedEvent, condition: Condition, invocation: DetailedInvocation | undefined) {
    const { target, payload, requestId } = event;
    const { role, deadLetterArn } = target.fn.settings;
    const { onSuccess, onFailure } = this.#settings(target);
    const succeeded = condition === "Success";
    const destination = succeeded ? onSuccess : onFailure;
    if (destination !== undefined) {
      const record = this.#record(event, condition, invocation);
      const result = succeeded ? "Success" : "Failure";
      await this.#destinations.deliver(destination, role, target.arn, record, result);
    }
    if (succeeded || deadLetterArn === undefined) return;
    const error = invocation ? JSON.parse(invocation.payload) : {};
    const ErrorMessage = String(error.errorMessage ?? condition).slice(0, 1024);
    const attributes = { RequestID: requestId, ErrorCode: "200", ErrorMessage };
    await this.#destinations.deadLetter(deadLetterArn, role, payload, attributes);
  }

  #record(event: QueuedEvent, condition: Condition, invocation: DetailedInvocation | undefined): object {
    const { target, requestId, payload, failures } = event;
    const functionError = invocation?.functionError;
    const response = invocation && {
      responseContext: {
        statusCode: 200,
        executedVersion: invocation.executedVersion,
        ...(functionError === undefined ? {} : { functionError }),
      },
      responsePayload: JSON.parse(invocation.payload),
    };
    return {
      version: "1.0",
      timestamp: new Date(this.#cloud.clock.now()).toISOString(),
      requestContext: {
        requestId,
        functionArn: target.qualifier === undefined ? `${target.arn}:$LATEST` : target.arn,
        condition,
        approximateInvokeCount: condition === "Success" ? failures + 1 : failures,
      },
      requestPayload: JSON.parse(payload),
      ...response,
    };
  }
}
