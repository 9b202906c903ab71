/**
 * Rotation by a Lambda function: four steps, on a schedule or on demand. While they run, and when one fails, the current
 * version stays as it is.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html
 * AWS says that it "retries the entire rotation process multiple times" after a failed step, not how often: here four
 * times, 1 to 8 minutes apart; the next window tries again. The event has no RotationToken, which serves other accounts.
 */
import { randomUUID } from "node:crypto";
import type { Timer } from "../../core/clock.ts";
import { AwsError } from "../../core/errors.ts";
import type { Cloud, Principal } from "../../core/service.ts";
import { atTime } from "../../core/wait.ts";
import { nextWindow } from "./rotation-rules.ts";
import { AWSPENDING, type Rotation, type Secret, type SecretStore } from "./store.ts";

type Step = "createSecret" | "setSecret" | "testSecret" | "finishSecret";

const STEPS: readonly Step[] = ["createSecret", "setSecret", "testSecret", "finishSecret"];
const SERVICE: Principal = { kind: "service", arn: "secretsmanager.amazonaws.com" };
const RETRIES = 4;
const FIRST_RETRY_MILLISECONDS = 60_000;

export class Rotations {
  readonly #cloud: Cloud;
  readonly #store: SecretStore;
  /** The next attempt of each secret. */
  readonly #timers = new Map<string, Timer>();
  readonly #running = new Map<string, Promise<void>>();
  /** How the services that own secrets make their next values. */
  readonly #managed = new Map<string, () => string>();
  #stopped = false;

  constructor(cloud: Cloud, store: SecretStore) {
    this.#cloud = cloud;
    this.#store = store;
  }

  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Waits for the next window of every secret that is to be rotated; goes on with a rotation that a restart cut off. */
  follow(): void {
    for (const secret of this.#store.all) {
      if (!secret.rotation || this.#timers.has(secret.arn) || this.#running.has(secret.arn)) continue;
      if (pendingOf(secret, this.#store) === undefined) this.#arm(secret, this.#lastChange(secret));
      else this.#resume(secret);
    }
  }

  /**
   * Lets the service that owns a secret rotate it, without a function, when it is asked for.
   * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_managed.html
   */
  manage(arn: string, renew: () => string): void {
    this.#managed.set(arn, renew);
  }

  /**
   * Starts a rotation; it goes on by itself.
   * @param token id of the version that it makes; the same token again changes nothing
   * @throws AwsError InvalidRequestException, AccessDeniedException
   */
  rotate(secret: Secret, token: string = randomUUID()): string {
    const renew = this.#managed.get(secret.arn);
    if (renew) return this.#renew(secret, token, renew);
    this.check(secret);
    const known = secret.versions.find(({ id }) => id === token);
    if (known) return known.id;
    if (pendingOf(secret, this.#store) !== undefined) {
      this.#resume(secret);
      throw invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");
    }
    this.#store.put(secret, { id: token, createdAt: this.#cloud.clock.now(), stages: [AWSPENDING] });
    this.#begin(secret, token, 0);
    return token;
  }

  /** Whether the function can test a secret, as AWS asks when the first rotation is to wait for its window. */
  test(secret: Secret): string {
    const rotation = this.check(secret);
    const token = randomUUID();
    this.#store.put(secret, { id: token, createdAt: this.#cloud.clock.now(), stages: [AWSPENDING] });
    const work = this.#call(secret, rotation, token, "testSecret")
      .catch((error: unknown) => this.#warn(`The rotation of ${secret.name} will fail: ${messageOf(error)}`))
      .finally(() => this.#store.drop(secret, token));
    this.#track(
      secret,
      work.then(() => this.#arm(secret, this.#lastChange(secret))),
    );
    return token;
  }

  /**
   * How a secret is rotated.
   * @throws AwsError when it is not, or Secrets Manager may not invoke the function
   */
  check({ rotation, arn }: Secret): Rotation {
    if (!rotation) throw invalidRequest("No Lambda rotation function ARN is associated with this secret.");
    const context = { "aws:SourceArn": arn, "aws:SourceAccount": this.#cloud.world.account };
    try {
      const resource = rotation.functionArn;
      this.#cloud.authorize(SERVICE, [{ action: "lambda:InvokeFunction", resource, context }]);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new AwsError(
        "AccessDeniedException",
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
      );
    }
    return rotation;
  }

  /** When the secret's next window opens, in milliseconds since the epoch. */
  nextOf(secret: Secret): number | undefined {
    return secret.rotation && nextWindow(secret.rotation.rules, this.#lastChange(secret));
  }

  /** Forgets the next attempt. A step that runs is not stopped, none follows it. */
  cancel({ arn }: Secret): void {
    this.#timers.get(arn)?.cancel();
    this.#timers.delete(arn);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const secret of this.#store.all) this.cancel(secret);
    await Promise.all(this.#running.values());
  }

  /** A value that was put by hand counts as a rotation. */
  #lastChange(secret: Secret): number {
    const current = this.#store.version(secret)?.createdAt ?? secret.createdAt;
    return Math.max(current, secret.rotation?.since ?? 0, secret.rotatedAt ?? 0);
  }

  #arm(secret: Secret, after: number): void {
    const due = secret.rotation && nextWindow(secret.rotation.rules, after);
    if (due !== undefined && !this.#stopped) this.#at(secret, due, () => this.#rotateWhenDue(secret));
  }

  #at(secret: Secret, time: number, task: () => void): void {
    // A secret that was removed meanwhile, or made anew by a reset, is none of this rotation's any more.
    if (this.#store.find(secret.arn) !== secret) return;
    this.cancel(secret);
    const timer = atTime(this.#cloud.clock, time, () => {
      this.#timers.delete(secret.arn);
      task();
    });
    this.#timers.set(secret.arn, timer);
  }

  #rotateWhenDue(secret: Secret): void {
    const due = this.nextOf(secret);
    const now = this.#cloud.clock.now();
    if (pendingOf(secret, this.#store) !== undefined) this.#resume(secret);
    // A value put by hand meanwhile has moved the window.
    else if (due !== undefined && due > now) this.#arm(secret, this.#lastChange(secret));
    else this.#tryToRotate(secret);
  }

  #tryToRotate(secret: Secret): void {
    try {
      this.rotate(secret);
    } catch (error) {
      this.#warn(`${secret.name} is not rotated: ${messageOf(error)}`);
      this.#arm(secret, this.#cloud.clock.now());
    }
  }

  #resume(secret: Secret): void {
    const pending = pendingOf(secret, this.#store);
    if (pending !== undefined && !this.#running.has(secret.arn)) this.#begin(secret, pending, 0);
  }

  #begin(secret: Secret, token: string, retries: number): void {
    this.cancel(secret);
    this.#track(secret, this.#run(secret, token, retries));
  }

  #track({ arn }: Secret, work: Promise<void>): void {
    const tracked = work.finally(() => {
      if (this.#running.get(arn) === tracked) this.#running.delete(arn);
    });
    this.#running.set(arn, tracked);
  }

  async #run(secret: Secret, token: string, retries: number): Promise<void> {
    try {
      for (const step of STEPS) {
        if (!secret.rotation) return;
        await this.#call(secret, secret.rotation, token, step);
      }
      if (this.#store.version(secret)?.id !== token) throw new Error("finishSecret did not move AWSCURRENT.");
      this.#succeeded(secret);
    } catch (error) {
      this.#failed(secret, token, retries, messageOf(error));
    }
  }

  #renew(secret: Secret, token: string, renew: () => string): string {
    if (secret.versions.some(({ id }) => id === token)) return token;
    const createdAt = this.#cloud.clock.now();
    this.#store.put(secret, { id: token, secretString: renew(), createdAt, stages: ["AWSCURRENT"] });
    secret.rotatedAt = createdAt;
    this.#store.save();
    this.#cloud.log({ kind: "event", source: "secretsmanager", message: `${secret.name} is rotated` });
    return token;
  }

  #succeeded(secret: Secret): void {
    secret.rotatedAt = this.#cloud.clock.now();
    this.#store.save();
    this.#cloud.log({ kind: "event", source: "secretsmanager", message: `${secret.name} is rotated` });
    this.#arm(secret, secret.rotatedAt);
  }

  #failed(secret: Secret, token: string, retries: number, reason: string): void {
    this.#warn(`The rotation of ${secret.name} failed: ${reason}`);
    if (this.#stopped || !secret.rotation) return;
    const now = this.#cloud.clock.now();
    const again = now + FIRST_RETRY_MILLISECONDS * 2 ** retries;
    if (retries >= RETRIES) this.#arm(secret, now);
    else this.#at(secret, again, () => this.#begin(secret, token, retries + 1));
  }

  async #call(secret: Secret, rotation: Rotation, token: string, step: Step): Promise<void> {
    this.check(secret);
    const event = { Step: step, SecretId: secret.arn, ClientRequestToken: token };
    const source = `secretsmanager ${secret.name} ${step}`;
    const answer = await this.#cloud.services.lambda.invoke(rotation.functionArn, event, source);
    if (answer.functionError !== undefined) throw new Error(`${step} answered ${answer.payload}`);
  }

  #warn(message: string): void {
    this.#cloud.log({ kind: "warning", source: "secretsmanager", message });
  }
}

/** The version that a rotation left behind; undefined when the last one is complete. */
function pendingOf(secret: Secret, store: SecretStore): string | undefined {
  const pending = store.version(secret, undefined, AWSPENDING);
  return pending && pending.id !== store.version(secret)?.id ? pending.id : undefined;
}

function invalidRequest(message: string): AwsError {
  return new AwsError("InvalidRequestException", message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
