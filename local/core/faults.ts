/** Faults that are set on purpose: what goes wrong, where, and how often. With none set, asking costs one comparison. */
import type { Clock } from "./clock.ts";
import { Held } from "./held.ts";
import type { Log } from "./log.ts";
import { arnService, matchesName } from "./name-patterns.ts";
import { seededRandom } from "./seeded-random.ts";

/** An invocation of a function. */
export interface FunctionTarget {
  /** Name or ARN; `*` stands for any characters. */
  readonly function: string;
}

/** An AWS API call. */
export interface CallTarget {
  /** Such as `dynamodb:TransactWriteItems`, `s3:*` or `*`. */
  readonly call: string;
  /** Name of the function that calls; `*` stands for any characters. @default whoever calls */
  readonly caller?: string;
  /** Only the call that is this one of its invocation, from 1; repetitions by the SDK count. */
  readonly number?: number;
}

/** A delivery between two services. */
export interface DeliveryTarget {
  /** Who delivers: a table's stream, a rule, a bucket, a topic, or the mapping of a queue. */
  readonly delivery: "dynamodb" | "events" | "s3" | "sns" | "sqs";
  /** Name or ARN of the table, rule, bucket, topic or queue; `*` stands for any characters. @default any */
  readonly from?: string;
  /** Name or ARN of the function, queue, topic, state machine or bus, or an e-mail address. @default any */
  readonly to?: string;
}

interface Delay {
  readonly action: "add-delay";
  readonly milliseconds: number;
}

/**
 * `add-delay`, `error` and `http-integration-response` are those of AWS FIS, and so is `preventExecution` (default false:
 * the function runs, and then its answer is replaced).
 * https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html#aws-lambda-actions-reference
 */
export type InvocationEffect =
  | Delay
  | { readonly action: "error"; readonly message?: string; readonly preventExecution?: boolean }
  | {
      readonly action: "http-integration-response";
      readonly statusCode: number;
      /** @default application/json */
      readonly contentType?: string;
      readonly preventExecution?: boolean;
    }
  /** The invoker gets TooManyRequestsException. */
  | { readonly action: "throttle" }
  /** The environment dies with the event in its hands. */
  | { readonly action: "crash" };

export type CallEffect =
  | Delay
  | {
      readonly action: "error";
      readonly code: string;
      readonly message?: string;
      /** HTTP status. @default 400 */
      readonly status?: number;
    }
  /** The error with which the service slows its callers down. */
  | { readonly action: "throttle" }
  /** The call is carried out, and then the connection is cut. */
  | { readonly action: "lose-reply" }
  /** The calling function's environment dies before the call is carried out, or after it and before its reply arrives. */
  | { readonly action: "crash-before" | "crash-after" };

export type DeliveryEffect =
  | Delay
  /** Delivered again, so many times more (default 1). */
  | { readonly action: "duplicate"; readonly copies?: number }
  /** A batch is turned round; a single delivery waits until the next one has overtaken it, for a second at most. */
  | { readonly action: "reorder" };

export type Fault = FaultLimits &
  (
    | { readonly target: FunctionTarget; readonly effect: InvocationEffect }
    | { readonly target: CallTarget; readonly effect: CallEffect }
    | { readonly target: DeliveryTarget; readonly effect: DeliveryEffect }
  );

/** Which of the matches a fault happens to: first `skip` are passed over, then chance decides, until it was so many `times`. */
export interface FaultLimits {
  /** @default until it is removed */
  readonly times?: number;
  /** @default 0 */
  readonly skip?: number;
  /** From 0 to 1. @default 1 */
  readonly probability?: number;
  /** The same seed makes the same decisions. @default 1 */
  readonly seed?: number;
}

export type FaultReport = Fault & {
  readonly id: string;
  /** How often it could have happened. */
  readonly matched: number;
  /** How often it happened. */
  readonly applied: number;
};

/** An AWS API call that a fault may happen to. */
export interface FaultyCall {
  readonly service: string;
  /** Undefined when nobody knows it. */
  readonly operation: string | undefined;
  readonly caller: string | undefined;
  /** Which call of its invocation it is; undefined for calls that no running function makes. */
  readonly number: number | undefined;
}

interface ActiveFault {
  readonly id: string;
  readonly fault: Fault;
  readonly random: () => number;
  matched: number;
  applied: number;
}

export class Faults {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #all = new Map<string, ActiveFault>();
  readonly #held: Held;
  /** Those that may still happen. */
  #live: readonly ActiveFault[] = [];
  #lastId = 0;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.#held = new Held(clock);
  }

  /** Whether any fault may happen. */
  get any(): boolean {
    return this.#live.length > 0;
  }

  /** Whether nothing may happen, and nothing is held back. */
  get quiet(): boolean {
    return !this.any && this.#held.isEmpty;
  }

  add(fault: Fault): FaultReport {
    this.#lastId += 1;
    const id = `fault-${this.#lastId}`;
    const active = { id, fault, random: seededRandom(fault.seed ?? 1), matched: 0, applied: 0 };
    this.#all.set(id, active);
    this.#live = [...this.#live, active];
    return reportOf(active);
  }

  /** All that were set and not removed, in this order; also those that have happened as often as they should. */
  list(): readonly FaultReport[] {
    return [...this.#all.values()].map(reportOf);
  }

  /** Answers what became of the fault; undefined when there is none of this id. */
  remove(id: string): FaultReport | undefined {
    const active = this.#all.get(id);
    this.#all.delete(id);
    this.#live = this.#live.filter((other) => other !== active);
    return active && reportOf(active);
  }

  /** Removes all, and lets go what is held back. */
  clear(): void {
    this.#all.clear();
    this.#live = [];
    this.#held.release();
  }

  /** What happens to an invocation that is about to begin. */
  onInvocation(functionArn: string): readonly InvocationEffect[] {
    return this.#happening((fault) =>
      "function" in fault.target && matchesName(fault.target.function, functionArn)
        ? (fault.effect as InvocationEffect)
        : undefined,
    );
  }

  /** What happens to an AWS API call. */
  onCall(call: FaultyCall): readonly CallEffect[] {
    return this.#happening((fault) =>
      "call" in fault.target && isTarget(fault.target, fault.effect as CallEffect, call)
        ? (fault.effect as CallEffect)
        : undefined,
    );
  }

  /**
   * Carries out a delivery, with the faults that are set for it.
   * @param from ARN of what delivers
   * @param to ARN or address of who gets it
   * @param run delivers; `reversed` asks for the batch's other order
   * @param size of the batch
   * @returns what the first delivery answered
   */
  async deliver<T>(
    from: string,
    to: string,
    run: (reversed: boolean) => T | Promise<T>,
    size = 1,
  ): Promise<T> {
    if (this.quiet) return run(false);
    const effects = this.#onDelivery(from, to);
    const way = `${from} ${to}`;
    for (const effect of effects) if (effect.action === "add-delay") await this.#pause(effect.milliseconds);
    const reorders = effects.some(({ action }) => action === "reorder");
    if (reorders && size === 1) await this.#held.hold(way);
    const copies = effects.reduce(
      (sum, effect) => sum + (effect.action === "duplicate" ? (effect.copies ?? 1) : 0),
      0,
    );
    const once = async (): Promise<T> => run(reorders && size > 1);
    try {
      return await deliverAgain(once, copies, arnService(from) === "dynamodb");
    } finally {
      this.#held.overtaken(way);
    }
  }

  #onDelivery(from: string, to: string): readonly DeliveryEffect[] {
    return this.#happening((fault) => {
      if (!("delivery" in fault.target) || fault.target.delivery !== arnService(from)) return undefined;
      const { from: source = "*", to: target = "*" } = fault.target;
      return matchesName(source, from) && matchesName(target, to)
        ? (fault.effect as DeliveryEffect)
        : undefined;
    });
  }

  #happening<Effect>(effectOf: (fault: Fault) => Effect | undefined): readonly Effect[] {
    return this.#live.flatMap((active) => {
      const effect = effectOf(active.fault);
      return effect !== undefined && this.#decide(active) ? [effect] : [];
    });
  }

  #decide(active: ActiveFault): boolean {
    const { skip = 0, probability = 1, times = Number.POSITIVE_INFINITY } = active.fault;
    active.matched += 1;
    if (active.matched <= skip || active.random() >= probability) return false;
    active.applied += 1;
    if (active.applied >= times) this.#live = this.#live.filter((other) => other !== active);
    const { target, effect } = active.fault;
    const message = `${effect.action} on ${Object.values(target).join(" ")} (${active.applied})`;
    this.#log({ kind: "notice", source: active.id, message });
    return true;
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(milliseconds, resolve));
  }
}

function reportOf({ id, fault, matched, applied }: ActiveFault): FaultReport {
  return { id, ...fault, matched, applied };
}

function isTarget({ call, caller, number }: CallTarget, { action }: CallEffect, made: FaultyCall): boolean {
  const needsEnvironment = action === "crash-before" || action === "crash-after" || number !== undefined;
  if (needsEnvironment && made.number === undefined) return false;
  if (number !== undefined && number !== made.number) return false;
  if (caller !== undefined && !(made.caller !== undefined && matchesName(caller, made.caller))) return false;
  return matchesName(call, `${made.service}:${made.operation ?? ""}`);
}

/** Repetitions come at the same time, except where a shard keeps the order. Their failures are nobody's. */
async function deliverAgain<T>(once: () => Promise<T>, copies: number, inTurn: boolean): Promise<T> {
  const first = once();
  const others: Promise<unknown>[] = [];
  for (let copy = 1; copy <= copies; copy++) {
    if (inTurn) await Promise.allSettled([first, ...others]);
    others.push(once());
  }
  await Promise.allSettled(others);
  return first;
}
