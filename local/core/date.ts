/** `Date` on another clock, for code that knows no other way to ask for the time. */

/**
 * A `Date` that takes the present from `now` and is the real one in all else: its objects are ordinary dates.
 * @param now milliseconds since the epoch
 */
export function dateOn(now: () => number): DateConstructor {
  return new Proxy(Date, {
    apply: (target) => new target(now()).toString(),
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget) as Date,
    get: (target, name, receiver) => (name === "now" ? now : Reflect.get(target, name, receiver)),
  });
}
