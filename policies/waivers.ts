/** Where a rule does not hold on purpose: why, and until when that has to be thought over. */

export interface Waiver {
  readonly rule: string;
  /** Logical name of the resource. */
  readonly resource: string;
  /** What the violation's message contains; absent: all of them. */
  readonly about?: string;
  readonly reason: string;
  /** The last day, `YYYY-MM-DD` in UTC; from the next on the waiver is itself a violation. */
  readonly expires: string;
}

export const waivers: readonly Waiver[] = [];
