/** Makes functions and what belongs to them real. */
import { UserError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Cloud, Realizer } from "../../core/service.ts";
import { INVOCATION, invocationRealizer } from "./deployment-invocation.ts";
import { parseFunctionName } from "./function-arn.ts";
import type { Functions } from "./functions.ts";
import type { Invoker } from "./invoker.ts";
import type { Mappings } from "./mappings.ts";
import { membersOf, numberOf, textOf } from "./properties.ts";
import type { AsyncSettings, Registry } from "./registry.ts";
import { trustRefusal } from "./trust.ts";

const DEFAULT_AGE_SECONDS = 6 * 3600;

export function realizers(
  cloud: Cloud,
  registry: Registry,
  functions: Functions,
  mappings: Mappings,
  invoker: Invoker,
): Readonly<Record<string, Realizer>> {
  const warn = (what: string): Realizer => ({
    create: ({ name }) => {
      const message = `The local cloud does not support ${what} yet: ${name} is recorded only.`;
      cloud.log({ kind: "warning", source: "lambda", message });
    },
    update: () => undefined,
  });
  return {
    "aws:lambda/function:Function": {
      create: (resource) => {
        checkRole(cloud, resource);
        functions.put(resource);
      },
      update: (resource, previous) => {
        checkRole(cloud, resource);
        if (resource.outputs.name !== previous.outputs.name) functions.remove(previous);
        functions.put(resource);
      },
      delete: (resource) => functions.remove(resource),
    },
    "aws:lambda/alias:Alias": {
      create: (resource) => {
        registry.aliases.set(aliasKey(resource), textOf(resource.outputs.functionVersion) ?? "$LATEST");
      },
      delete: (resource) => {
        registry.aliases.delete(aliasKey(resource));
      },
    },
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
      create: (resource) => {
        registry.asyncSettings.set(asyncKey(resource), asyncSettings(resource));
      },
      delete: (resource) => {
        registry.asyncSettings.delete(asyncKey(resource));
      },
    },
    "aws:lambda/eventSourceMapping:EventSourceMapping": {
      create: (resource) => mappings.put(resource),
      update: (resource) => mappings.put(resource),
      delete: (resource) => mappings.remove(textOf(resource.outputs.uuid) ?? ""),
    },
    [INVOCATION]: invocationRealizer(invoker),
    "aws:lambda/functionUrl:FunctionUrl": warn("function URLs"),
    "aws:lambda/layerVersion:LayerVersion": warn("mounting layers"),
  };
}

/** @throws UserError as CreateFunction refuses it */
function checkRole(cloud: Cloud, { name, outputs }: Resource): void {
  const role = textOf(outputs.role) ?? "";
  const refusal = trustRefusal(cloud, { role, arn: textOf(outputs.arn) ?? "" });
  if (refusal !== undefined) {
    throw new UserError(`${name}: ${refusal} The trust policy of ${role} must allow lambda.amazonaws.com.`);
  }
}

function aliasKey({ outputs }: Resource): string {
  const name = parseFunctionName(textOf(outputs.functionName) ?? "")?.name;
  return `${name}:${textOf(outputs.name)}`;
}

function asyncKey({ outputs }: Resource): string {
  const parsed = parseFunctionName(textOf(outputs.functionName) ?? "");
  return `${parsed?.name}:${textOf(outputs.qualifier) ?? parsed?.qualifier ?? ""}`;
}

function asyncSettings({ outputs }: Resource): AsyncSettings {
  const destinations = membersOf(outputs.destinationConfig);
  const onFailure = textOf(membersOf(destinations.onFailure).destination);
  const onSuccess = textOf(membersOf(destinations.onSuccess).destination);
  return {
    maximumRetryAttempts: numberOf(outputs.maximumRetryAttempts) ?? 2,
    maximumAgeMilliseconds: (numberOf(outputs.maximumEventAgeInSeconds) ?? DEFAULT_AGE_SECONDS) * 1000,
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(onSuccess === undefined ? {} : { onSuccess }),
  };
}
