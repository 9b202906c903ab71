/** What a run of mocha came to. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

/** One plain line that machines can read: the last one of `npm test`. */
export function closingLine({ passed, failed }: Outcome): string {
  return `${passed} passed, ${failed} failed\n`;
}
