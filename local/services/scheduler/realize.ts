/** Schedules and groups of the program. What is stored and the same stays as it is, with its rhythm. */
import { isDeepStrictEqual } from "node:util";
import { AwsError, UserError } from "../../core/errors.ts";
import type { Resource, Value } from "../../core/graph.ts";
import type { JsonInput } from "../../core/protocol.ts";
import type { Realizer } from "../../core/service.ts";
import type { Catalogue } from "./catalogue.ts";
import { readDefinition } from "./definition.ts";

export function realizers(catalogue: Catalogue): Readonly<Record<string, Realizer>> {
  const put = (resource: Resource): void => {
    const { group, name } = identityOf(resource);
    const input = apiShape(resource);
    const known = catalogue.store.find(group, name);
    if (!known) catalogue.create(group, name, input);
    else if (!isDeepStrictEqual(known.definition, readDefinition(input, known.createdAt)))
      catalogue.update(group, name, input);
  };
  return {
    "aws:scheduler/schedule:Schedule": {
      create: (resource) => explained(resource, () => put(resource)),
      update: (resource) => explained(resource, () => put(resource)),
      delete: (resource) => {
        const { group, name } = identityOf(resource);
        if (catalogue.store.find(group, name)) catalogue.delete(group, name);
      },
    },
    "aws:scheduler/scheduleGroup:ScheduleGroup": {
      create: ({ outputs }) => {
        if (!catalogue.store.findGroup(String(outputs.name))) catalogue.createGroup(String(outputs.name));
      },
      update: () => undefined,
      delete: ({ outputs }) => {
        if (catalogue.store.findGroup(String(outputs.name))) catalogue.deleteGroup(String(outputs.name));
      },
    },
  };
}

function explained(resource: Resource, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new UserError(`The schedule "${resource.name}" cannot be created: ${error.message}`);
  }
}

function identityOf({ outputs }: Resource): { group: string; name: string } {
  return { group: String(outputs.groupName), name: String(outputs.name) };
}

/** The program's properties under the API's names, which begin with a capital. */
function apiShape({ outputs }: Resource): JsonInput {
  const { target, ...rest } = outputs;
  const { input, eventbridgeParameters, ...others } = (target ?? {}) as Record<string, Value | undefined>;
  return {
    ...(capitalised(rest) as JsonInput),
    Target: {
      ...(capitalised(others) as JsonInput),
      ...(input === undefined ? {} : { Input: input }),
      ...(eventbridgeParameters === undefined
        ? {}
        : { EventBridgeParameters: capitalised(eventbridgeParameters) }),
    },
  };
}

function capitalised(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
      capitalised(member),
    ]),
  );
}
