/** The patterns of policies: `*` stands for any characters, `?` for one. */

const compiled = new Map<string, RegExp>();
/** Patterns come from policies, whose number is small; the bound is for programs reloaded for days. */
const MAX_COMPILED = 10_000;

/** Whether a text matches a pattern; `${*}`, `${?}` and `${$}` stand for the characters themselves. */
export function matchesPattern(pattern: string, text: string, ignoreCase = false): boolean {
  if (pattern === "*") return true;
  const key = ignoreCase ? `i${pattern}` : `c${pattern}`;
  let expression = compiled.get(key);
  if (!expression) {
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    expression = new RegExp(`^${toExpression(pattern)}$`, ignoreCase ? "is" : "s");
    compiled.set(key, expression);
  }
  return expression.test(text);
}

function toExpression(pattern: string): string {
  return pattern.replaceAll(/\$\{([*?$])\}|[*?]|[.+^${}()|[\]\\]/g, (found, literal: string | undefined) => {
    if (literal !== undefined) return `\\${literal}`;
    if (found === "*") return ".*";
    return found === "?" ? "." : `\\${found}`;
  });
}

/** An ARN has six parts; only the last may contain further colons. */
const ARN_PARTS = 6;

/**
 * Whether an ARN matches a pattern, part by part: a wildcard does not reach over the colon between two of the six parts.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === "*" || pattern === arn) return true;
  const wanted = partsOf(pattern);
  const given = partsOf(arn);
  if (wanted.length !== ARN_PARTS || given.length !== ARN_PARTS) return false;
  return wanted.every((part, index) => matchesPattern(part, given[index] ?? ""));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(":");
  return parts.length <= ARN_PARTS
    ? parts
    : [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(":")];
}
