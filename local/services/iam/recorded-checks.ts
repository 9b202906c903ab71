/** The permission checks of roles' calls, kept so that it can be told later which permissions were needed. */
import type { Decision, Question } from "./evaluator.ts";

export interface RecordedCheck {
  readonly roleArn: string;
  readonly question: Question;
}

/** They change from call to call; the first check's values are kept. */
const TIME_KEYS: readonly string[] = ["aws:CurrentTime", "aws:EpochTime"];
/** Different checks that are kept of an action that one statement granted. */
const KEPT_PER_GRANT = 100;

export class RecordedChecks {
  readonly #grants = new Map<string, Map<string, RecordedCheck>>();

  /** Keeps a check that was granted, unless the same one was kept before. */
  add(roleArn: string, question: Question, { policy, statement }: NonNullable<Decision["by"]>): void {
    const grant = [roleArn, policy, statement, question.action].join("\n");
    const checks = this.#grants.get(grant) ?? new Map<string, RecordedCheck>();
    this.#grants.set(grant, checks);
    if (checks.size >= KEPT_PER_GRANT) return;
    const context = Object.entries(question.context).filter(([key]) => !TIME_KEYS.includes(key));
    checks.set(JSON.stringify([question.resource, context]), { roleArn, question });
  }

  all(): readonly RecordedCheck[] {
    return [...this.#grants.values()].flatMap((checks) => [...checks.values()]);
  }
}
