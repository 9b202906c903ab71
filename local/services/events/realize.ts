/** Buses, rules, targets, archives, connections and API destinations of the program. */
import type { Resource } from "../../core/graph.ts";
import type { Realizer } from "../../core/service.ts";
import type { ApiDestinations } from "./api-destinations.ts";
import type { ArchiveSettings, Archives } from "./archives.ts";
import type { Connections } from "./connections.ts";
import type { RuleBook } from "./rule-book.ts";
import { checkTarget } from "./targets.ts";

export interface Parts {
  readonly book: RuleBook;
  readonly archives: Archives;
  readonly connections: Connections;
  readonly destinations: ApiDestinations;
}

export function realizers({
  book,
  archives,
  connections,
  destinations,
}: Parts): Readonly<Record<string, Realizer>> {
  return {
    "aws:cloudwatch/eventApiDestination:EventApiDestination": {
      create: (resource) => destinations.put(resource),
      update: (resource) => destinations.put(resource),
      delete: ({ outputs }) => destinations.remove(String(outputs.arn)),
    },
    "aws:cloudwatch/eventConnection:EventConnection": {
      create: (resource) => connections.put(resource),
      update: (resource) => connections.put(resource),
      delete: ({ outputs }) => connections.remove(String(outputs.arn)),
    },
    "aws:cloudwatch/eventArchive:EventArchive": {
      create: (resource) => void archives.put(archiveOf(resource)),
      update: (resource) => void archives.put(archiveOf(resource)),
      delete: ({ outputs }) => archives.remove(String(outputs.name)),
    },
    "aws:cloudwatch/eventBus:EventBus": {
      create: (resource) => book.addBus(resource),
      update: () => undefined,
      delete: (resource) => book.removeBus(resource),
    },
    "aws:cloudwatch/eventRule:EventRule": {
      create: (resource) => book.addRule(resource),
      delete: (resource) => book.removeRule(resource),
    },
    "aws:cloudwatch/eventTarget:EventTarget": {
      create: (resource) => {
        checkTarget(resource.name, String(resource.outputs.arn));
        book.addTarget(resource);
      },
      delete: (resource) => book.removeTarget(resource),
    },
  };
}

function archiveOf({ outputs }: Resource): ArchiveSettings {
  const { name, eventSourceArn, description, eventPattern, retentionDays } = outputs;
  return {
    name: String(name),
    source: String(eventSourceArn),
    description: typeof description === "string" ? description : undefined,
    pattern: typeof eventPattern === "string" && eventPattern !== "" ? eventPattern : undefined,
    retentionDays: Number(retentionDays ?? 0),
  };
}
