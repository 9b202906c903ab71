/** All alarms: evaluated once a minute, as on AWS, and acting when their state changes. */
import type { Timer } from "../../core/clock.ts";
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Cloud, Realizer } from "../../core/service.ts";
import { type AlarmState, evaluate, evaluationRange } from "./alarm.ts";
import { act, actionsOf, isKnownAction } from "./alarm-actions.ts";
import { compositeReason, type Datapoint, reasonOf } from "./alarm-message.ts";
import { type AlarmSettings, type MetricAlarmSettings, readAlarm } from "./alarm-settings.ts";
import { listedSeries, runQueries } from "./metric-query.ts";
import { type MetricId, type MetricStore, MINUTE, statisticOf } from "./metric-store.ts";
import { hasQueues, sampleQueues } from "./queue-samples.ts";

export interface Alarm {
  settings: AlarmSettings;
  state: AlarmState;
  reason: string;
  /** When it came into its state, in milliseconds since the epoch. */
  since: number;
}

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
  async start(): Promise<void> {
    for (const message of this.#notices) this.#cloud.log({ kind: "notice", source: "cloudwatch", message });
    this.#notices = [];
    if (this.#timer === undefined && !this.#stopped) this.#schedule();
    await this.#evaluateComposites([]);
  }

  /** All alarms are as new; nobody is told. */
  reset(): void {
    for (const alarm of this.#alarms.values()) Object.assign(alarm, this.#unchecked());
  }

  /** Evaluates no more until `start`; resolves when what is under way has told its topics. */
  async pause(): Promise<void> {
    await this.#running;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.pause();
  }

  /** Whether alarms are being evaluated or tell their topics. */
  get busy(): boolean {
    return this.#evaluating;
  }

  /**
   * Brings an alarm into a state; when that is another one than before, it acts, and the alarms over it are evaluated.
   * @param causes names of the alarms whose change led to this one
   */
  async change(alarm: Alarm, to: AlarmState, reason: string, causes: readonly string[] = []): Promise<void> {
    const { settings, state: from, reason: earlier, since } = alarm;
    if (from === to) return;
    const at = this.#cloud.clock.now();
    Object.assign(alarm, { state: to, reason, since: at });
    const kind = to === "ALARM" ? "warning" : "event";
    this.#cloud.log({
      kind,
      source: "cloudwatch",
      message: `Alarm ${settings.name}: ${from} → ${to}. ${reason}`,
    });
    const before = { reason: earlier, since };
    await act(settings, { from, to, reason, at, before }, this.#cloud);
    await this.#evaluateComposites([...causes, settings.name]);
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
      if (!isKnownAction(action))
        this.#notices.push(`Alarm ${name}: its action ${action} is not carried out.`);
    }
  }

  #unchecked(): Omit<Alarm, "settings"> {
    const since = this.#cloud.clock.now();
    return { state: "INSUFFICIENT_DATA", reason: "Unchecked: Initial alarm creation", since };
  }

  #schedule(): void {
    if (this.#stopped || (!this.#evaluated.length && !hasQueues(this.#cloud.resources()))) {
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

  get #evaluated(): Watching[] {
    return this.list.filter((alarm): alarm is Watching => {
      return alarm.settings.kind === "metric" && alarm.settings.unsupported === undefined;
    });
  }

  /** Alarms over other alarms follow them at once. @param causes names of the alarms that changed; none for all */
  async #evaluateComposites(causes: readonly string[]): Promise<void> {
    const cause = causes.at(-1);
    for (const alarm of this.list) {
      const { settings } = alarm;
      if (settings.kind !== "composite" || !settings.rule || causes.includes(settings.name)) continue;
      if (cause !== undefined && !settings.rule.alarms.includes(cause)) continue;
      const isOn = settings.rule.holds((name) => this.#alarms.get(name)?.state);
      const changed = cause === undefined ? undefined : this.#alarms.get(cause);
      await this.change(alarm, isOn ? "ALARM" : "OK", compositeReason(settings, changed), causes);
    }
  }

  async #evaluateAll(): Promise<void> {
    const end = Math.floor((this.#cloud.clock.now() + EARLY_MILLISECONDS) / MINUTE) * MINUTE;
    const watched = this.#evaluated.flatMap(({ settings }) => metricsOf(settings));
    await sampleQueues(this.#cloud, this.#store, watched, end - 1);
    await Promise.all(this.#evaluated.map((alarm) => this.#evaluate(alarm, end)));
  }

  async #evaluate(alarm: Watching, end: number): Promise<void> {
    const { settings, state } = alarm;
    const datapoints = settings.queries ? this.#queried(settings, end) : this.#datapoints(settings, end);
    const values = datapoints.map(({ value }) => value);
    const next = evaluate(settings, values, state);
    await this.change(alarm, next, reasonOf(settings, next, datapoints));
  }

  /** Of the evaluation range that ends at `end`, oldest first. */
  #datapoints(settings: MetricAlarmSettings, end: number): Datapoint[] {
    const { periodMilliseconds, statistic } = settings;
    return Array.from({ length: evaluationRange(settings) }, (_, index) => {
      const at = end - (evaluationRange(settings) - index) * periodMilliseconds;
      const sample = this.#store.between(settings, at, at + periodMilliseconds);
      return { at, value: sample && statisticOf(sample, statistic) };
    });
  }

  /** As above, of the queries' result; an expression that cannot be evaluated has no data. */
  #queried(settings: MetricAlarmSettings, end: number): Datapoint[] {
    const { queries = [], periodMilliseconds: period } = settings;
    const range = { from: end - evaluationRange(settings) * period, to: end };
    const decisive = queries.findLast(({ returned }) => returned) ?? queries.at(-1);
    const result = runQueries(queries, range, this.#store).get(decisive?.id ?? "") ?? [];
    const [series] = listedSeries(result, range, period);
    return Array.from({ length: evaluationRange(settings) }, (_, index) => {
      const at = range.from + index * period;
      return { at, value: series?.values.get(at) };
    });
  }
}

/** An alarm on metrics that is evaluated. */
type Watching = Alarm & { readonly settings: MetricAlarmSettings };

function metricsOf({ queries, ...own }: MetricAlarmSettings): readonly MetricId[] {
  return queries ? queries.flatMap(({ metric }) => metric?.metric ?? []) : [own];
}
