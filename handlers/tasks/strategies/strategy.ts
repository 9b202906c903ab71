/** The part of a task that rules look at. */
export interface RuledTask {
  readonly type: string;
  readonly status: string;
  /** ISO 8601 in UTC. */
  readonly dueAt?: string;
}

/** A rule that a task breaks. */
export interface BrokenRule {
  readonly property: string;
  readonly detail: string;
  readonly code: string;
}

/** How tasks of one type are checked, beyond what the schema says. */
export interface TaskStrategy {
  /**
   * The rules that a task breaks.
   * @param task as it is going to be
   * @param before as it is now; undefined when it is being created
   */
  check(task: RuledTask, before: RuledTask | undefined, now: Date): readonly BrokenRule[];
}
