/** Lists of objects in AWS's order, which is that of the keys' characters; fauxqs's own order loses keys between pages. */

/** What a list may ask for; the names are fauxqs's. */
export interface ListOptions {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly maxKeys?: number;
  /** Lists what comes behind this key or common prefix. */
  readonly startAfter?: string;
  readonly marker?: string;
}

export interface Listing<T> {
  readonly objects: T[];
  readonly commonPrefixes: string[];
  readonly isTruncated: boolean;
}

const DEFAULT_MAX_KEYS = 1_000;

/**
 * One page.
 * @param all every object of the bucket whose key begins with the prefix
 */
export function listPage<T extends { readonly key: string }>(
  all: readonly T[],
  options: ListOptions = {},
): Listing<T> {
  const { prefix = "", delimiter, maxKeys = DEFAULT_MAX_KEYS } = options;
  const after = options.startAfter ?? options.marker ?? "";
  const sorted = [...all].sort((left, right) => (left.key < right.key ? -1 : 1));
  const objects: T[] = [];
  let prefixes: string[] = [];
  /** Common prefixes that come before the last object of the page. */
  let settled = 0;
  for (const object of sorted) {
    const shared = commonPrefix(object.key, prefix, delimiter);
    const entry = shared ?? object.key;
    if (entry <= after || entry === prefixes.at(-1)) continue;
    if (objects.length + prefixes.length >= maxKeys) {
      // The next page begins behind the last object, so what follows it here would come twice.
      if (objects.length > 0) prefixes = prefixes.slice(0, settled);
      return { objects, commonPrefixes: prefixes, isTruncated: maxKeys > 0 };
    }
    if (shared === undefined) {
      objects.push(object);
      settled = prefixes.length;
    } else prefixes.push(shared);
  }
  return { objects, commonPrefixes: prefixes, isTruncated: false };
}

function commonPrefix(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || delimiter === "") return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}
