/** What a mocha process came to, as it tells `npm test`, which runs several (test/run-offline.ts). */

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Each test that failed: its whole name, and with what. */
  readonly failures: readonly string[];
  /** Undefined when the process ran no end-to-end test. */
  readonly permissions?: Permissions;
}

/** The permissions of the program's roles. */
export interface Permissions {
  readonly granted: number;
  /** In words, those that no call of the process needed. */
  readonly unneeded: readonly string[];
}

/**
 * Tells `npm test` a part of the outcome.
 * @returns whether somebody listens; nobody does when mocha was called by itself
 */
export function tell(part: Partial<Outcome>): boolean {
  return process.send?.(part) ?? false;
}

/** All outcomes as one: a permission is needed when one of the processes needed it. */
export function sumOf(outcomes: readonly Outcome[]): Outcome {
  const all = outcomes.flatMap(({ permissions }) => permissions ?? []);
  const [first] = all;
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.reduce((sum, { failed }) => sum + failed, 0),
    failures: outcomes.flatMap(({ failures }) => failures),
    ...(first && {
      permissions: {
        granted: first.granted,
        unneeded: first.unneeded.filter((line) => all.every(({ unneeded }) => unneeded.includes(line))),
      },
    }),
  };
}

/** One plain line that machines can read: the last one of `npm test`. */
export function closingLine({ passed, failed }: Outcome): string {
  return `${passed} passed, ${failed} failed\n`;
}
