/** What may stand in place of part of `T`: objects partly, everything else as a whole. */
export type Partly<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/**
 * Puts three sets of arguments together: `required` wins over `user`, which wins over `defaults`. Plain objects are
 * merged property by property at any depth; arrays, outputs and resources replace what they meet; undefined replaces nothing.
 */
export function merge<T extends object>(defaults: T, user: Partly<T>, required: Partly<T> = {}): T {
  return [user, required].reduce<T>((merged, over) => mergeTwo(merged, over) as T, defaults);
}

function mergeTwo(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isPlainObject(under) || !isPlainObject(over)) return over;
  const names = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries([...names].map((name) => [name, mergeTwo(under[name], over[name])]));
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
