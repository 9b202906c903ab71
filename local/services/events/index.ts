/**
 * Amazon EventBridge: buses, rules with patterns or schedules, their targets, archives, replays and API
 * destinations. https://docs.aws.amazon.com/eventbridge/latest/userguide/
 */
import type { EventsApi } from "../../core/apis.ts";
import { AwsError } from "../../core/errors.ts";
import { answerJson } from "../../core/protocol.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { ApiDestinations } from "./api-destinations.ts";
import { archiveOperations, replayOperations } from "./archive-operations.ts";
import { Archives } from "./archives.ts";
import { connectionOperations } from "./connection-operations.ts";
import { Connections } from "./connections.ts";
import { operations } from "./operations.ts";
import { busNameOf, outputs } from "./outputs.ts";
import { realizers } from "./realize.ts";
import { Replays } from "./replays.ts";
import { Router } from "./router.ts";
import { RuleBook } from "./rule-book.ts";
import { Scheduler } from "./scheduler.ts";

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
  const connections = new Connections(cloud);
  const destinations = new ApiDestinations(cloud, connections);
  const router = new Router(cloud, book, archives, destinations);
  const replays = new Replays(cloud, archives, router);
  const scheduler = new Scheduler(cloud, (rule) => void router.runSchedule(rule));
  const table = {
    ...operations(cloud, book, router),
    ...archiveOperations(cloud, archives, book),
    ...replayOperations(cloud, replays),
    ...connectionOperations(cloud, connections, destinations),
  };
  const api: EventsApi = {
    recent: () => router.recent(),
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
    realize: realizers({ book, archives, connections, destinations }),
    reset: () => {
      replays.stop();
      router.reset();
      archives.empty();
    },
    call: (call) => answerJson("events", table, call),
    busy: () => router.busy,
    ready: async () => scheduler.follow(book.rules),
    stop: async () => {
      scheduler.stop();
      replays.stop();
      router.stop();
    },
  };
}
