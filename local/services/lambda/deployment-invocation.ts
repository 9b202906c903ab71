/** Functions that are invoked as part of a deployment: `aws.lambda.Invocation`. */
import { isDeepStrictEqual } from "node:util";
import { UserError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Realizer } from "../../core/service.ts";
import { failureText } from "./failure-text.ts";
import type { Invoker } from "./invoker.ts";
import { textOf } from "./properties.ts";

export const INVOCATION = "aws:lambda/invocation:Invocation";

/** What makes AWS's provider invoke the function again. */
const REASONS = ["functionName", "qualifier", "input", "triggers"] as const;

/**
 * Invokes when the resource is new, and when the function's name, the input or the triggers have changed. The deployment
 * goes on meanwhile; functions that depend on the invocation wait for it, and answer what it said when it has failed.
 * `lifecycleScope: "CRUD"` is refused. The answer cannot be known while the program is evaluated: `result` is empty there.
 * https://www.pulumi.com/registry/packages/aws/api-docs/lambda/invocation/
 */
export function invocationRealizer(invoker: Invoker): Realizer {
  const invoke = async (resource: Resource): Promise<void> => {
    const { name, outputs } = resource;
    if ((textOf(outputs.lifecycleScope) ?? "CREATE_ONLY") !== "CREATE_ONLY") {
      throw new UserError(`${INVOCATION} "${name}": the local cloud does not support lifecycleScope CRUD.`);
    }
    const target = `${textOf(outputs.functionName)}:${textOf(outputs.qualifier) ?? "$LATEST"}`;
    const answer = await invoker.invoke(target, textOf(outputs.input) ?? "{}", `deployment ${name}`);
    if (answer.functionError !== undefined) {
      throw new UserError(`${INVOCATION} "${name}" failed: ${failureText(answer.payload)}`);
    }
  };
  return {
    inBackground: true,
    create: invoke,
    update: async (resource, previous) => {
      const isSame = REASONS.every((property) =>
        isDeepStrictEqual(resource.outputs[property], previous.outputs[property]),
      );
      if (!isSame) await invoke(resource);
    },
  };
}

/** Of the error that a function answers, what it says. */
