/** Runs the schedules of rules on the clock of the local cloud. */
import type { Timer } from "../../core/clock.ts";
import type { Cloud } from "../../core/service.ts";
import type { Rule } from "./rule-book.ts";

/** Timers cannot wait longer than 24.8 days, so a long wait is cut into days. */
const LONGEST_WAIT_MILLISECONDS = 86_400_000;

export class Scheduler {
  readonly #cloud: Cloud;
  readonly #run: (rule: Rule) => void;
  readonly #running = new Map<string, { readonly rule: Rule; timer: Timer | undefined }>();

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
      timer?.cancel();
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
    const entry: { readonly rule: Rule; timer: Timer | undefined } = { rule, timer: undefined };
    this.#running.set(rule.arn, entry);
    const wait = (): void => {
      const rest = due - this.#cloud.clock.now();
      if (rest > 0) {
        entry.timer = this.#cloud.clock.after(Math.min(rest, LONGEST_WAIT_MILLISECONDS), wait);
        return;
      }
      this.#run(rule);
      this.#arm(rule, Math.max(due, this.#cloud.clock.now()));
    };
    wait();
  }
}

function isScheduled(rule: Rule): boolean {
  return rule.enabled && rule.schedule !== undefined;
}
