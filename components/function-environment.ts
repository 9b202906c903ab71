import * as pulumi from "@pulumi/pulumi";
import type { Link } from "./link.ts";

/** What sets a function's environment variables. */
export interface EnvironmentSources {
  readonly links?: Readonly<Record<string, Link>>;
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * The environment variables of a function: where its links are, and what else it was given.
 * @throws pulumi.RunError naming the variables that hold secrets: everybody who may look at the function's
 * configuration can read them
 */
export async function variablesOf(
  functionName: string,
  { links = {}, environment = {} }: EnvironmentSources,
): Promise<Record<string, pulumi.Input<string>>> {
  const linked = Object.entries(links).map(([variable, { value }]) => [variable, value] as const);
  const variables = [...linked, ...Object.entries(environment)];
  const secrets = await Promise.all(variables.map(([, value]) => pulumi.isSecret(pulumi.output(value))));
  const refused = variables.filter((_, index) => secrets[index]).map(([variable]) => variable);
  if (refused.length > 0) {
    throw new pulumi.RunError(
      `AlarmedFunction "${functionName}": environment variables must not hold secrets (${refused.join(", ")}). ` +
        'Put the value into a Secret and give the function links: { …_ARN: secret.link("read") }.',
    );
  }
  return Object.fromEntries(variables);
}
