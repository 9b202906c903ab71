/** Runs the schedules of rules on the clock of the local cloud. */
import type { Timer } from "../../core/clock.ts";
import type { Cloud } from "../../core/service.ts";
import { inNewTrace } from "../../core/trace.ts";
import { atTime } from "../../core/wait.ts";
import type { Rule } from "./rule-book.ts";

export class Scheduler {
  readonly #cloud: Cloud;
  readonly #run: (rule: Rule) => void;
  readonly #running = new Map<string, { readonly rule: Rule; readonly timer: Timer }>();

  /** @param run what to do when a rule is due */
  constructor(cloud: Cloud, run: (rule: Rule) => void) {
    this.#cloud = cloud;
    this.#run = run;
  }

  /** Runs the schedules of exactly these rules. A rule that is the same as before keeps its rhythm. */
  follow(rules: readonly Rule[]): void {
    const wanted = new Map(rules.filter(isScheduled).map((rule) => [rule.arn, rule]));
    for (const [arn, { rule, timer }] of this.#running) {
      if (wanted.get(arn) === rule) continue;
      timer.cancel();
      this.#running.delete(arn);
    }
    for (const [arn, rule] of wanted) {
      if (!this.#running.has(arn)) this.#arm(rule, this.#cloud.clock.now());
    }
  }

  stop(): void {
    this.follow([]);
  }

  #arm(rule: Rule, after: number): void {
    const due = rule.schedule?.next(after);
    if (due === undefined) return;
    const timer = atTime(this.#cloud.clock, due, () => {
      inNewTrace(() => this.#run(rule));
      this.#arm(rule, Math.max(due, this.#cloud.clock.now()));
    });
    this.#running.set(rule.arn, { rule, timer });
  }
}

function isScheduled(rule: Rule): boolean {
  return rule.enabled && rule.schedule !== undefined;
}
