/**
 * Policy variables: `${aws:username}` and the like in resources and condition values.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
/** Values of condition keys; the names of keys are compared without regard to case. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

export interface Substituted {
  readonly text: string;
  /** Name of a variable that has no value; such a text matches nothing. */
  readonly missing?: string;
}

/** Puts values in place of variables; `${key, 'default'}` has a default. `${*}`, `${?}`, `${$}` stay as they are. */
export function substitute(pattern: string, context: Context): Substituted {
  if (!pattern.includes("${")) return { text: pattern };
  let missing: string | undefined;
  const text = pattern.replaceAll(
    /\$\{([^}*?$,]+)(?:,\s*'([^']*)')?\}/g,
    (_, key: string, otherwise?: string) => {
      const value = contextValue(key.trim(), context);
      if (typeof value === "string") return escapeWildcards(value);
      if (otherwise !== undefined) return otherwise;
      missing ??= key.trim();
      return "";
    },
  );
  return missing === undefined ? { text } : { text, missing };
}

function escapeWildcards(value: string): string {
  return value.replaceAll(/[*?]/g, (character) => `\${${character}}`);
}

/** The value of a condition key, whatever the case of its name. */
export function contextValue(key: string, context: Context): string | readonly string[] | undefined {
  if (Object.hasOwn(context, key)) return context[key];
  const wanted = key.toLowerCase();
  const name = Object.keys(context).find((candidate) => candidate.toLowerCase() === wanted);
  return name === undefined ? undefined : context[name];
}
