/** What a stack's file says, for tools that need no more than that. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** Whether the stack is production. One that does not say so is held to be: the stricter rules apply. */
export function isProduction(cwd: string, stack: string): boolean {
  const { config } = parse(readFileSync(join(cwd, `Pulumi.${stack}.yaml`), "utf8")) as {
    readonly config?: { readonly [key: string]: unknown };
  };
  return config?.["andamio:production"] !== false;
}
