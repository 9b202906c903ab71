/** Parameters of the program. What was put into one while the cloud ran is kept until the program's own changes. */
import { isDeepStrictEqual } from "node:util";
import type { Resource } from "../../core/graph.ts";
import type { Realizer } from "../../core/service.ts";
import type { ParameterSettings, ParameterStore } from "./store.ts";

export function realizers(store: ParameterStore): Readonly<Record<string, Realizer>> {
  const apply = (resource: Resource): void => {
    const settings = settingsOf(resource);
    if (isDeepStrictEqual(store.find(resource.id)?.declared, settings)) return;
    store.put(resource.id, text(resource, "arn") ?? "", settings, settings);
  };
  return {
    "aws:ssm/parameter:Parameter": {
      create: apply,
      update: (resource, previous) => {
        if (resource.id !== previous.id) store.remove(previous.id);
        apply(resource);
      },
      delete: ({ id }) => void store.remove(id),
    },
  };
}

function settingsOf(resource: Resource): ParameterSettings {
  const description = text(resource, "description");
  const keyId = text(resource, "keyId");
  const allowedPattern = text(resource, "allowedPattern");
  return {
    value: text(resource, "value") ?? text(resource, "valueWo") ?? "",
    type: text(resource, "type") ?? "String",
    dataType: text(resource, "dataType") ?? "text",
    tier: text(resource, "tier") ?? "Standard",
    ...(description ? { description } : {}),
    ...(keyId ? { keyId } : {}),
    ...(allowedPattern ? { allowedPattern } : {}),
  };
}

function text(resource: Resource, property: string): string | undefined {
  const value = resource.outputs[property];
  return typeof value === "string" ? value : undefined;
}
