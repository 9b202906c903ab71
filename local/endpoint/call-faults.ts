/** Faults of AWS API calls, as the endpoint carries them out. */
import type { LambdaApi } from "../core/apis.ts";
import type { Clock } from "../core/clock.ts";
import { AwsError } from "../core/errors.ts";
import type { CallEffect, Faults } from "../core/faults.ts";
import { environmentOf } from "../core/identity.ts";
import type { AwsCall, AwsReply, Cloud } from "../core/service.ts";

/** The connection is to be cut without an answer. */
export class ConnectionCut extends Error {
  override readonly name = "ConnectionCut";
}

/** What the endpoint knows of a call besides what the service gets. */
export interface CallFacts {
  /** SigV4 signing name. */
  readonly service: string;
  readonly operation: string | undefined;
}

type Throttle = readonly [code: string, message: string, status: number];

const THROTTLING: Throttle = ["ThrottlingException", "Rate exceeded", 400];

/** How each service slows its callers down, by signing name. */
const THROTTLES: Readonly<Record<string, Throttle>> = {
  dynamodb: [
    "ProvisionedThroughputExceededException",
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
    400,
  ],
  lambda: ["TooManyRequestsException", "Rate Exceeded.", 429],
  monitoring: ["Throttling", "Rate exceeded", 400],
  s3: ["SlowDown", "Please reduce your request rate.", 503],
  sns: ["Throttled", "Rate exceeded", 429],
  sqs: ["RequestThrottled", "Request is throttled.", 403],
};

export class CallFaults {
  readonly #faults: Faults;
  readonly #clock: Clock;
  readonly #lambda: () => Pick<LambdaApi, "countCall" | "crash">;

  constructor({ faults, clock }: Pick<Cloud, "faults" | "clock">, lambda: () => LambdaApi) {
    this.#faults = faults;
    this.#clock = clock;
    this.#lambda = lambda;
  }

  /**
   * Carries a call out, with the faults that are set for it.
   * @throws AwsError of a fault, ConnectionCut
   */
  async carryOut(
    call: AwsCall,
    facts: () => CallFacts,
    carryOut: () => Promise<AwsReply>,
  ): Promise<AwsReply> {
    if (!this.#faults.any) return carryOut();
    const environment = environmentOf(call.headers["x-amz-security-token"]);
    const number = environment === undefined ? undefined : this.#lambda().countCall(environment);
    const { service, operation } = facts();
    const caller = call.principal.functionName;
    const effects = this.#faults.onCall({ service, operation, caller, number });
    for (const effect of effects) await this.#before(effect, service, environment);
    const reply = await carryOut();
    for (const { action } of effects) {
      if (action === "crash-after") this.#crash(environment);
      if (action === "crash-after" || action === "lose-reply") throw new ConnectionCut();
    }
    return reply;
  }

  async #before(effect: CallEffect, service: string, environment: string | undefined): Promise<void> {
    if (effect.action === "add-delay") {
      await new Promise<void>((resolve) => void this.#clock.after(effect.milliseconds, resolve));
    } else if (effect.action === "error") {
      const { code, message = "The local cloud was told to let this call fail.", status = 400 } = effect;
      throw new AwsError(code, message, status);
    } else if (effect.action === "throttle") {
      throw new AwsError(...(THROTTLES[service] ?? THROTTLING));
    } else if (effect.action === "crash-before") {
      this.#crash(environment);
      throw new ConnectionCut();
    }
  }

  #crash(environment: string | undefined): void {
    if (environment !== undefined) this.#lambda().crash(environment);
  }
}
