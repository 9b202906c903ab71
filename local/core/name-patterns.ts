/** How people name resources in requests: by name or ARN, with `*` for any characters. */

/** Whether a pattern means a resource: its whole ARN (or other text), or the name in it. */
export function matchesName(pattern: string, arn: string): boolean {
  if (pattern === "*" || pattern === arn) return true;
  const expression = new RegExp(`^${pattern.split("*").map(escapeText).join(".*")}$`, "s");
  return expression.test(arn) || expression.test(arnName(arn));
}

/** The service of an ARN. */
export function arnService(arn: string): string {
  return arn.split(":")[2] ?? "";
}

/** The name in an ARN: of a function without its qualifier, of a table without its stream. Other texts are names. */
export function arnName(arn: string): string {
  const [prefix, , , , , ...rest] = arn.split(":");
  const [first = "", second] = rest;
  if (prefix !== "arn" || first === "") return arn;
  if (first.startsWith("table/")) return first.split("/")[1] ?? first;
  return (second ?? first).split("/").at(-1) ?? first;
}

function escapeText(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
}
