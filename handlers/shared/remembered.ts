/** Something that is read when it is needed and remembered for a while. */
export interface Remembered<Value> {
  /** What was read, at most five minutes ago. */
  read(): Promise<Value>;
  /** Reads it anew because the remembered one did not do; at most every ten seconds, whoever asks. */
  refresh(): Promise<Value>;
}

const MAX_AGE_MS = 5 * 60_000;
const MIN_AGE_MS = 10_000;

/**
 * @param fetchValue reads it
 * @param clock milliseconds that never go back
 */
export function remembered<Value>(
  fetchValue: () => Promise<Value>,
  clock: () => number = () => performance.now(),
): Remembered<Value> {
  let known: { readonly at: number; readonly value: Promise<Value> } | undefined;
  const youngerThan = (maxAge: number): Promise<Value> => {
    if (known && clock() - known.at < maxAge) return known.value;
    const fresh = { at: clock(), value: fetchValue() };
    known = fresh;
    fresh.value.catch(() => {
      if (known === fresh) known = undefined;
    });
    return fresh.value;
  };
  return { read: () => youngerThan(MAX_AGE_MS), refresh: () => youngerThan(MIN_AGE_MS) };
}
