/**
 * Amazon EventBridge: buses, rules with patterns or schedules, and their targets. Archives and API destinations are
 * recorded only. https://docs.aws.amazon.com/eventbridge/latest/userguide/
 */
import type { EventsApi } from "../../core/apis.ts";
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import { answerJson } from "../../core/protocol.ts";
import type { Cloud, Realizer, Service, ServiceDefinition } from "../../core/service.ts";
import { archiveOperations, replayOperations } from "./archive-operations.ts";
import { type ArchiveSettings, Archives } from "./archives.ts";
import { operations } from "./operations.ts";
import { busNameOf, outputs } from "./outputs.ts";
import { Replays } from "./replays.ts";
import { Router } from "./router.ts";
import { RuleBook } from "./rule-book.ts";
import { Scheduler } from "./scheduler.ts";
import { checkTarget } from "./targets.ts";

export const events: ServiceDefinition = {
  name: "events",
  signingNames: ["events"],
  protocol: "json",
  outputs,
  create: createService,
};

function createService(cloud: Cloud): Service {
  const book = new RuleBook();
  const archives = new Archives(cloud);
  const router = new Router(cloud, book, archives);
  const replays = new Replays(cloud, archives, router);
  const scheduler = new Scheduler(cloud, (rule) => void router.runSchedule(rule));
  const table = {
    ...operations(cloud, book, router),
    ...archiveOperations(cloud, archives, book),
    ...replayOperations(cloud, replays),
  };
  const api: EventsApi = {
    put: async (event, busName) => ({ eventId: router.put(event, busNameOf(busName)).id }),
    runRuleNow: async (ruleName) => {
      const rule = book.find(ruleName);
      if (rule?.schedule) return { eventId: router.runSchedule(rule).id };
      const reason = rule ? "has no schedule" : "does not exist";
      throw new AwsError("ResourceNotFoundException", `The rule ${ruleName} ${reason}.`, 404);
    },
  };
  return {
    api,
    realize: realizers(cloud, book, archives),
    call: (call) => answerJson("events", table, call),
    busy: () => router.busy || replays.busy,
    ready: async () => scheduler.follow(book.rules),
    stop: async () => {
      scheduler.stop();
      replays.stop();
      router.stop();
    },
  };
}

function realizers(cloud: Cloud, book: RuleBook, archives: Archives): Readonly<Record<string, Realizer>> {
  const recorded = (what: string): Realizer => ({
    create: ({ name }) => {
      const message = `${what} "${name}" is recorded; the local cloud does not run it.`;
      cloud.log({ kind: "notice", source: "events", message });
    },
  });
  return {
    "aws:cloudwatch/eventApiDestination:EventApiDestination": recorded("The API destination"),
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
