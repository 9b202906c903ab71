/** All alarms: evaluated once a minute, as on AWS, and telling their topics when their state changes. */
import type { Timer } from "../../core/clock.ts";
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Cloud, Principal, Realizer } from "../../core/service.ts";
import { type AlarmState, evaluate, evaluationRange } from "./alarm.ts";
import { type Datapoint, documentOf, reasonOf, subjectOf, type Transition } from "./alarm-message.ts";
import { type AlarmSettings, readAlarm } from "./alarm-settings.ts";
import { type MetricStore, MINUTE, statisticOf } from "./metric-store.ts";
import { sampleQueues } from "./queue-samples.ts";

export interface Alarm {
  settings: AlarmSettings;
  state: AlarmState;
  reason: string;
  /** When it came into its state, in milliseconds since the epoch. */
  since: number;
}

const SERVICE: Principal = { kind: "service", arn: "cloudwatch.amazonaws.com" };
/** A timer may fire a little early; a minute that is as good as over counts. */
const EARLY_MILLISECONDS = 1_000;

export class Alarms {
  readonly #cloud: Cloud;
  readonly #store: MetricStore;
  readonly #alarms = new Map<string, Alarm>();
  /** What is to be said about alarms once all are realized. */
  #notices: string[] = [];
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();
  #evaluating = false;
  #stopped = false;

  constructor(cloud: Cloud, store: MetricStore) {
    this.#cloud = cloud;
    this.#store = store;
  }

  get list(): readonly Alarm[] {
    return [...this.#alarms.values()];
  }

  /** @throws AwsError ResourceNotFound */
  get(name: string): Alarm {
    const alarm = this.#alarms.get(name);
    if (alarm) return alarm;
    throw new AwsError("ResourceNotFound", `There is no alarm ${name}.`, 404);
  }

  get realizer(): Realizer {
    const remove = (resource: Resource): void => void this.#alarms.delete(readAlarm(resource).name);
    return {
      create: (resource) => this.#put(resource),
      update: (resource, previous) => {
        if (readAlarm(previous).name !== readAlarm(resource).name) remove(previous);
        this.#put(resource);
      },
      delete: remove,
    };
  }

  /** Says what is not supported, and begins to evaluate when there is something to evaluate. */
  start(): void {
    for (const message of this.#notices) this.#cloud.log({ kind: "notice", source: "cloudwatch", message });
    this.#notices = [];
    if (this.#timer === undefined && !this.#stopped) this.#schedule();
  }

  /** All alarms are as new; nobody is told. */
  reset(): void {
    for (const alarm of this.#alarms.values()) Object.assign(alarm, this.#unchecked());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  /** Whether alarms are being evaluated or tell their topics. */
  get busy(): boolean {
    return this.#evaluating;
  }

  /** Brings an alarm into a state; when that is another one than before, it acts. */
  async change(alarm: Alarm, to: AlarmState, reason: string): Promise<void> {
    const { settings, state: from } = alarm;
    if (from === to) return;
    const at = this.#cloud.clock.now();
    Object.assign(alarm, { state: to, reason, since: at });
    const kind = to === "ALARM" ? "warning" : "event";
    this.#cloud.log({
      kind,
      source: "cloudwatch",
      message: `Alarm ${settings.name}: ${from} → ${to}. ${reason}`,
    });
    if (!settings.actionsEnabled) return;
    const topics = actionsOf(settings, to).filter(isTopic);
    await Promise.all(topics.map((topic) => this.#tell(topic, settings, { from, to, reason, at })));
  }

  /** A changed alarm keeps its state until it is evaluated. */
  #put(resource: Resource): void {
    const settings = readAlarm(resource);
    const known = this.#alarms.get(settings.name);
    this.#alarms.set(settings.name, { ...this.#unchecked(), ...known, settings });
    const { name, unsupported } = settings;
    if (unsupported !== undefined) {
      this.#notices.push(`Alarm ${name} is recorded, not evaluated: ${unsupported}.`);
    }
    const actions = new Set(
      (["ALARM", "OK", "INSUFFICIENT_DATA"] as const).flatMap((to) => actionsOf(settings, to)),
    );
    for (const action of actions) {
      if (!isTopic(action)) this.#notices.push(`Alarm ${name}: its action ${action} is not carried out.`);
    }
  }

  #unchecked(): Omit<Alarm, "settings"> {
    const since = this.#cloud.clock.now();
    return { state: "INSUFFICIENT_DATA", reason: "Unchecked: Initial alarm creation", since };
  }

  #schedule(): void {
    if (this.#stopped || !this.#evaluated.length) {
      this.#timer = undefined;
      return;
    }
    const now = this.#cloud.clock.now() + EARLY_MILLISECONDS;
    this.#timer = this.#cloud.clock.after(MINUTE - (now % MINUTE) + EARLY_MILLISECONDS, () => {
      this.#evaluating = true;
      this.#running = this.#evaluateAll().finally(() => {
        this.#evaluating = false;
        this.#schedule();
      });
    });
  }

  get #evaluated(): Alarm[] {
    return this.list.filter(({ settings }) => settings.unsupported === undefined);
  }

  async #evaluateAll(): Promise<void> {
    const end = Math.floor((this.#cloud.clock.now() + EARLY_MILLISECONDS) / MINUTE) * MINUTE;
    const watched = this.#evaluated.map(({ settings }) => settings);
    await sampleQueues(this.#cloud, this.#store, watched, end - 1);
    await Promise.all(this.#evaluated.map((alarm) => this.#evaluate(alarm, end)));
  }

  async #evaluate(alarm: Alarm, end: number): Promise<void> {
    const { settings, state } = alarm;
    const datapoints = this.#datapoints(settings, end);
    const values = datapoints.map(({ value }) => value);
    const next = evaluate(settings, values, state);
    await this.change(alarm, next, reasonOf(settings, next, datapoints));
  }

  /** Of the evaluation range that ends at `end`, oldest first. */
  #datapoints(settings: AlarmSettings, end: number): Datapoint[] {
    const { periodMilliseconds, statistic } = settings;
    return Array.from({ length: evaluationRange(settings) }, (_, index) => {
      const at = end - (evaluationRange(settings) - index) * periodMilliseconds;
      const sample = this.#store.between(settings, at, at + periodMilliseconds);
      return { at, value: sample && statisticOf(sample, statistic) };
    });
  }

  /** Nobody waits for a notification: one that fails is logged. */
  async #tell(topic: string, settings: AlarmSettings, transition: Transition): Promise<void> {
    const { world, services } = this.#cloud;
    const context = { "aws:SourceArn": settings.arn, "aws:SourceAccount": world.account };
    try {
      this.#cloud.authorize(SERVICE, [{ action: "sns:Publish", resource: topic, context }]);
      const subject = subjectOf(settings, transition, world);
      await services.sns.publish(topic, documentOf(settings, transition, world), { subject });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `Alarm ${settings.name} could not tell ${topic}: ${reason}`;
      this.#cloud.log({ kind: "warning", source: "cloudwatch", message });
    }
  }
}

function actionsOf(settings: AlarmSettings, to: AlarmState): readonly string[] {
  if (to === "ALARM") return settings.alarmActions;
  return to === "OK" ? settings.okActions : settings.insufficientDataActions;
}

function isTopic(action: string): boolean {
  return action.split(":")[2] === "sns";
}
