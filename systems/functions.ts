/** How the systems make their functions. */
import { basename } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { AlarmedFunction, type AlarmedFunctionArgs } from "../components/alarmed-function.ts";
import type { StackDefaults } from "../components/base.ts";

export type FunctionArgs = Omit<AlarmedFunctionArgs, "defaults" | "entry" | "callback">;

export type FunctionFactory = (operation: string, args: FunctionArgs) => AlarmedFunction;

/**
 * Functions of one system, from `handlers/<system>/<operation>.ts`: `<name>-<operation>`, without the folder of an operation
 * such as `tracking/add-position`.
 * @param system folder of its handlers
 */
export function functionFactory(
  system: string,
  name: string,
  defaults: StackDefaults,
  parent: pulumi.Resource,
): FunctionFactory {
  return (operation, args) =>
    new AlarmedFunction(
      `${name}-${basename(operation)}`,
      {
        ...args,
        defaults,
        entry: `handlers/${system}/${operation}.ts`,
        // Powertools puts it into every log line and metric.
        environment: { POWERTOOLS_SERVICE_NAME: name, ...args.environment },
      },
      { parent },
    );
}
