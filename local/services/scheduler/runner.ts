/** Runs schedules on the clock of the local cloud. */
import type { Timer } from "../../core/clock.ts";
import type { Cloud } from "../../core/service.ts";
import { inNewTrace } from "../../core/trace.ts";
import { atTime } from "../../core/wait.ts";
import type { Deliverer } from "./delivery.ts";
import { isOneTime, nextDue, windowDelay } from "./occurrences.ts";
import type { Schedule } from "./schedule.ts";
import type { ScheduleStore } from "./store.ts";

interface Waiting {
  /** The schedule's definition is compared by identity: a changed one starts anew. */
  readonly definition: Schedule["definition"];
  readonly timer: Timer;
}

export class Runner {
  readonly #cloud: Cloud;
  readonly #store: ScheduleStore;
  readonly #deliverer: Deliverer;
  readonly #waiting = new Map<string, Waiting>();
  readonly #startedAt: number;
  #stopped = false;

  constructor(cloud: Cloud, store: ScheduleStore, deliverer: Deliverer) {
    this.#cloud = cloud;
    this.#store = store;
    this.#deliverer = deliverer;
    this.#startedAt = cloud.clock.now();
  }

  /** Runs exactly the enabled schedules of the store. One that is the same as before keeps its rhythm. */
  follow(): void {
    if (this.#stopped) return;
    const enabled = this.#store.schedules.filter(({ definition }) => definition.State === "ENABLED");
    const wanted = new Map(enabled.map((schedule) => [schedule.arn, schedule]));
    for (const [arn, { definition, timer }] of this.#waiting) {
      if (wanted.get(arn)?.definition === definition) continue;
      timer.cancel();
      this.#waiting.delete(arn);
    }
    for (const schedule of wanted.values()) {
      if (!this.#waiting.has(schedule.arn)) this.#arm(schedule, this.#resumeAfter(schedule));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.reset();
  }

  /** Waits for no schedule until it is told to follow them again. */
  reset(): void {
    for (const { timer } of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }

  /** Times that a recurring schedule missed while the local cloud was not running are left out; `at()` runs late. */
  #resumeAfter({ definition, modifiedAt, lastDue }: Schedule): number {
    const after = lastDue ?? modifiedAt - 1;
    const isResumed = modifiedAt < this.#startedAt && !isOneTime(definition.ScheduleExpression);
    return isResumed ? Math.max(after, this.#startedAt) : after;
  }

  #arm(schedule: Schedule, after: number): void {
    const due = nextDue(schedule, after);
    if (due === undefined) return;
    const { arn, definition } = schedule;
    const timer = atTime(this.#cloud.clock, due + windowDelay(arn, definition, due), () => {
      this.#waiting.delete(arn);
      this.#run(schedule, due);
    });
    this.#waiting.set(arn, { definition, timer });
  }

  #run(schedule: Schedule, due: number): void {
    const current = { ...schedule, lastDue: due };
    const isLast = nextDue(current, due) === undefined;
    this.#store.put(current);
    inNewTrace(() =>
      this.#deliverer.start(current, due, () => {
        if (isLast) this.#complete(current);
      }),
    );
    const { MaximumWindowInMinutes = 0 } = current.definition.FlexibleTimeWindow;
    this.#arm(current, Math.max(due, this.#cloud.clock.now() - MaximumWindowInMinutes * 60_000));
  }

  #complete(schedule: Schedule): void {
    const current = this.#store.find(schedule.group, schedule.name);
    if (schedule.definition.ActionAfterCompletion !== "DELETE") return;
    if (current?.definition === schedule.definition) this.#store.remove(schedule.arn);
  }
}
