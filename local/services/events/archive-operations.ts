/** The part of the EventBridge API that is about archives and replays. */
import { AwsError } from "../../core/errors.ts";
import { arn } from "../../core/names.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import type { Archive, Archives } from "./archives.ts";
import { busNameOf } from "./outputs.ts";
import type { Replay, Replays } from "./replays.ts";
import type { RuleBook } from "./rule-book.ts";

export function archiveOperations(cloud: Cloud, archives: Archives, book: RuleBook): JsonOperations {
  const ask = (call: AwsCall, operation: string, name: string): void =>
    authorize(cloud, call, operation, `archive/${name}`);
  const size = (archive: Archive): JsonInput => {
    const events = archives.eventsOf(archive);
    const bytes = events.reduce((sum, { event }) => sum + Buffer.byteLength(JSON.stringify(event)), 0);
    return { EventCount: events.length, SizeBytes: bytes };
  };
  return {
    CreateArchive: (input, call) => {
      const name = nameOf(input, "ArchiveName", 48);
      ask(call, "CreateArchive", name);
      if (archives.find(name)) {
        throw new AwsError("ResourceAlreadyExistsException", `Archive ${name} already exists.`);
      }
      const source = String(input.EventSourceArn);
      if (!book.hasBus(busNameOf(source))) {
        throw new AwsError("ResourceNotFoundException", `Event bus ${busNameOf(source)} does not exist.`);
      }
      return answerOf(archives.put(settingsOf(name, source, input)));
    },
    UpdateArchive: (input, call) => {
      const name = nameOf(input, "ArchiveName", 48);
      ask(call, "UpdateArchive", name);
      const { source, description, pattern, retentionDays } = archives.get(name);
      const before = { Description: description, EventPattern: pattern, RetentionDays: retentionDays };
      return answerOf(archives.put(settingsOf(name, source, { ...before, ...input })));
    },
    DescribeArchive: (input, call) => {
      const name = nameOf(input, "ArchiveName", 48);
      ask(call, "DescribeArchive", name);
      const archive = archives.get(name);
      const { description, pattern } = archive;
      return {
        ArchiveArn: archive.arn,
        ...summary(archive),
        ...size(archive),
        Description: description,
        EventPattern: pattern,
      };
    },
    ListArchives: (input, call) => {
      ask(call, "ListArchives", "*");
      const { NamePrefix = "", EventSourceArn } = input;
      const found = archives.all.filter(
        ({ name, source }) =>
          name.startsWith(String(NamePrefix)) && (EventSourceArn === undefined || source === EventSourceArn),
      );
      return { Archives: found.map((archive) => ({ ...summary(archive), ...size(archive) })) };
    },
    DeleteArchive: (input, call) => {
      const name = nameOf(input, "ArchiveName", 48);
      ask(call, "DeleteArchive", name);
      archives.remove(archives.get(name).name);
      return {};
    },
  };
}

export function replayOperations(cloud: Cloud, replays: Replays): JsonOperations {
  const ask = (call: AwsCall, operation: string, name: string): void =>
    authorize(cloud, call, operation, `replay/${name}`);
  return {
    StartReplay: (input, call) => {
      const name = nameOf(input, "ReplayName", 64);
      const archive = String(input.EventSourceArn).split(":archive/")[1] ?? "";
      authorize(cloud, call, "StartReplay", `archive/${archive}`);
      ask(call, "StartReplay", name);
      const { Arn, FilterArns } = (input.Destination ?? {}) as JsonInput;
      const replay = replays.start({
        name,
        description: text(input.Description),
        archive,
        destination: String(Arn),
        rules: Array.isArray(FilterArns) ? FilterArns.map(String) : [],
        from: Number(input.EventStartTime) * 1000,
        to: Number(input.EventEndTime) * 1000,
      });
      return { ReplayArn: replay.arn, State: replay.state, ReplayStartTime: replay.startedAt / 1000 };
    },
    DescribeReplay: (input, call) => {
      const name = nameOf(input, "ReplayName", 64);
      ask(call, "DescribeReplay", name);
      const replay = replays.get(name);
      const { arn: ReplayArn, description, destination, rules } = replay;
      const Destination = { Arn: destination, ...(rules.length > 0 ? { FilterArns: rules } : {}) };
      return { ReplayArn, Description: description, Destination, ...replaySummary(cloud, replay) };
    },
    ListReplays: (input, call) => {
      ask(call, "ListReplays", "*");
      const { NamePrefix = "", State, EventSourceArn } = input;
      const found = replays.all.filter(
        ({ name, state, archive }) =>
          name.startsWith(String(NamePrefix)) &&
          (State === undefined || state === State) &&
          (EventSourceArn === undefined || String(EventSourceArn).endsWith(`:archive/${archive}`)),
      );
      return { Replays: found.map((replay) => replaySummary(cloud, replay)) };
    },
    CancelReplay: (input, call) => {
      const name = nameOf(input, "ReplayName", 64);
      ask(call, "CancelReplay", name);
      return { ReplayArn: replays.cancel(name).arn, State: "CANCELLING" };
    },
  };
}

function authorize(cloud: Cloud, call: AwsCall, operation: string, resource: string): void {
  const action = `events:${operation}`;
  cloud.authorize(call.principal, [{ action, resource: arn(cloud.world, "events", resource) }]);
}

function settingsOf(name: string, source: string, input: JsonInput): Parameters<Archives["put"]>[0] {
  return {
    name,
    source,
    description: text(input.Description),
    pattern: text(input.EventPattern),
    retentionDays: Number(input.RetentionDays ?? 0),
  };
}

function answerOf({ arn: ArchiveArn, createdAt }: Archive): JsonInput {
  return { ArchiveArn, State: "ENABLED", CreationTime: createdAt / 1000 };
}

function summary({ name, source, retentionDays, createdAt }: Archive): JsonInput {
  return {
    ArchiveName: name,
    EventSourceArn: source,
    State: "ENABLED",
    RetentionDays: retentionDays,
    CreationTime: createdAt / 1000,
  };
}

function replaySummary({ world }: Cloud, replay: Replay): JsonInput {
  const seconds = (time: number | undefined): number | undefined =>
    time === undefined ? undefined : time / 1000;
  return {
    ReplayName: replay.name,
    EventSourceArn: arn(world, "events", `archive/${replay.archive}`),
    State: replay.state,
    EventStartTime: seconds(replay.from),
    EventEndTime: seconds(replay.to),
    EventLastReplayedTime: seconds(replay.lastReplayed),
    ReplayStartTime: seconds(replay.startedAt),
    ReplayEndTime: seconds(replay.endedAt),
  };
}

function nameOf(input: JsonInput, parameter: string, longest: number): string {
  const name = text(input[parameter]) ?? "";
  if (name.length <= longest && /^[.\-_A-Za-z0-9]+$/.test(name)) return name;
  throw new AwsError(
    "ValidationException",
    `1 validation error detected: Value '${name}' at '${parameter.charAt(0).toLowerCase()}${parameter.slice(1)}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+`,
  );
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
