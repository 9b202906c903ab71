/** The CloudWatch Logs API. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */
import { AwsError, notSupported } from "../../core/errors.ts";
import { arn } from "../../core/names.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import type { LogGroup, LogLine, LogStore } from "./store.ts";

const MAX_PAGE = 10_000;
const DESCRIBE_PAGE = 50;

export function operations(cloud: Cloud, store: LogStore): JsonOperations {
  /** The group that a call names, once the caller may do this with it. */
  const allowed = (action: string, input: JsonInput, call: AwsCall): LogGroup => {
    const name = groupName(input);
    const stream = optional(input, "logStreamName");
    const own = arn(cloud.world, "logs", `log-group:${name}`);
    const resource = stream === undefined ? `${own}:*` : `${own}:log-stream:${stream}`;
    cloud.authorize(call.principal, [{ action: `logs:${action}`, resource }]);
    return store.get(name);
  };
  return {
    DescribeLogGroups: (input, call) => {
      const resource = arn(cloud.world, "logs", "log-group:*");
      cloud.authorize(call.principal, [{ action: "logs:DescribeLogGroups", resource }]);
      const prefix = optional(input, "logGroupNamePrefix") ?? "";
      const pattern = optional(input, "logGroupNamePattern") ?? "";
      const groups = store.groups().filter(({ name }) => name.startsWith(prefix) && name.includes(pattern));
      const { items, nextToken } = page(groups, input, DESCRIBE_PAGE);
      return { logGroups: items.map(describeGroup), ...nextToken };
    },
    DescribeLogStreams: (input, call) => {
      const group = allowed("DescribeLogStreams", input, call);
      return describeStreams(group, store.lines(group.name), input);
    },
    CreateLogGroup: (input, call) => {
      const name = required(input, "logGroupName");
      const resource = arn(cloud.world, "logs", `log-group:${name}`);
      cloud.authorize(call.principal, [{ action: "logs:CreateLogGroup", resource }]);
      if (store.find(name)) throw alreadyExists("log group");
      store.create(name);
      return {};
    },
    CreateLogStream: (input, call) => {
      const stream = required(input, "logStreamName");
      const group = allowed("CreateLogStream", input, call);
      if (group.streams.has(stream)) throw alreadyExists("log stream");
      store.append(group.name, stream, []);
      return {};
    },
    PutLogEvents: (input, call) => {
      const group = allowed("PutLogEvents", input, call);
      const stream = existingStream(group, input);
      store.append(group.name, stream, inputEvents(input));
      return { nextSequenceToken: String(store.lines(group.name).length) };
    },
    GetLogEvents: (input, call) => {
      const group = allowed("GetLogEvents", input, call);
      const stream = existingStream(group, input);
      const lines = store.lines(group.name).filter((line) => line.stream === stream);
      return getEvents(inTime(lines, input), input);
    },
    FilterLogEvents: (input, call) => {
      const group = allowed("FilterLogEvents", input, call);
      return filterEvents(inTime(store.lines(group.name), input), input);
    },
  };
}

function describeGroup({ name, arn: own, createdAt, retentionInDays }: LogGroup): object {
  return {
    logGroupName: name,
    arn: `${own}:*`,
    logGroupArn: own,
    creationTime: createdAt,
    metricFilterCount: 0,
    storedBytes: 0,
    logGroupClass: "STANDARD",
    ...(retentionInDays === undefined ? {} : { retentionInDays }),
  };
}

function describeStreams(group: LogGroup, lines: readonly LogLine[], input: JsonInput): object {
  const prefix = optional(input, "logStreamNamePrefix") ?? "";
  const streams = [...group.streams].filter(([name]) => name.startsWith(prefix));
  const described = streams.map(([name, creationTime]) => {
    const own = lines.filter(({ stream }) => stream === name);
    const [first, last] = [own[0], own.at(-1)];
    return {
      logStreamName: name,
      creationTime,
      arn: `${group.arn}:log-stream:${name}`,
      storedBytes: 0,
      ...(first ? { firstEventTimestamp: first.timestamp } : {}),
      ...(last ? { lastEventTimestamp: last.timestamp, lastIngestionTime: last.ingestionTime } : {}),
    };
  });
  const byTime = input.orderBy === "LastEventTime";
  described.sort((left, right) =>
    byTime
      ? (left.lastEventTimestamp ?? 0) - (right.lastEventTimestamp ?? 0)
      : left.logStreamName < right.logStreamName
        ? -1
        : 1,
  );
  if (input.descending === true) described.reverse();
  const { items, nextToken } = page(described, input, DESCRIBE_PAGE);
  return { logStreams: items, ...nextToken };
}

/** Pages forwards from the head, or backwards from the tail; tokens name the line that comes next in either direction. */
function getEvents(lines: readonly LogLine[], input: JsonInput): object {
  const limit = Math.min(Number(input.limit ?? MAX_PAGE), MAX_PAGE);
  const [direction = "", position = ""] = (optional(input, "nextToken") ?? "").split("/");
  const forward = direction === "" ? input.startFromHead === true : direction === "f";
  const at = Number(position);
  let selected: readonly LogLine[];
  if (direction === "") selected = forward ? lines.slice(0, limit) : lines.slice(-limit);
  else if (forward) selected = lines.filter(({ id }) => id >= at).slice(0, limit);
  else selected = lines.filter(({ id }) => id < at).slice(-limit);
  const first = selected[0]?.id ?? at;
  const next = selected.at(-1)?.id;
  return {
    events: selected.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: `f/${next === undefined ? at : next + 1}`,
    nextBackwardToken: `b/${first}`,
  };
}

function filterEvents(lines: readonly LogLine[], input: JsonInput): object {
  const matches = termFilter(optional(input, "filterPattern") ?? "");
  const names = Array.isArray(input.logStreamNames) ? new Set(input.logStreamNames) : undefined;
  const prefix = optional(input, "logStreamNamePrefix") ?? "";
  const found = lines.filter(
    ({ stream, message }) =>
      (names === undefined || names.has(stream)) && stream.startsWith(prefix) && matches(message),
  );
  const { items, nextToken } = page(found, input, MAX_PAGE);
  const events = items.map(({ timestamp, message, ingestionTime, stream, id }) => ({
    logStreamName: stream,
    timestamp,
    message,
    ingestionTime,
    eventId: String(id).padStart(56, "0"),
  }));
  return { events, searchedLogStreams: [], ...nextToken };
}

/**
 * Terms that must all be there, quoted or not; `-term` must not be, and of `?term`s one must be.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
function termFilter(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  if (/^[{[%]/.test(text))
    throw notSupported("logs", "FilterLogEvents with JSON, space-delimited or regex patterns");
  const terms = [...text.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(
    ([, sign = "", quoted, plain = ""]) => ({ sign, term: quoted?.replaceAll(/\\(.)/g, "$1") ?? plain }),
  );
  const of = (wanted: string) => terms.filter(({ sign }) => sign === wanted).map(({ term }) => term);
  const [all, none, any] = [of(""), of("-"), of("?")];
  return (message) =>
    all.every((term) => message.includes(term)) &&
    !none.some((term) => message.includes(term)) &&
    (any.length === 0 || all.length > 0 || any.some((term) => message.includes(term)));
}

function inTime(lines: readonly LogLine[], input: JsonInput): LogLine[] {
  const start = Number(input.startTime ?? 0);
  const end = Number(input.endTime ?? Number.POSITIVE_INFINITY);
  return lines.filter(({ timestamp }) => timestamp >= start && timestamp < end);
}

function page<T>(items: readonly T[], input: JsonInput, size: number): { items: T[]; nextToken: object } {
  const start = Number(optional(input, "nextToken") ?? 0);
  const end = start + Math.min(Number(input.limit ?? size), MAX_PAGE);
  return {
    items: items.slice(start, end),
    nextToken: end < items.length ? { nextToken: String(end) } : {},
  };
}

function inputEvents(input: JsonInput): { timestamp: number; message: string }[] {
  if (!Array.isArray(input.logEvents) || input.logEvents.length === 0)
    throw invalid("logEvents is required.");
  return input.logEvents.map((event: { timestamp?: unknown; message?: unknown }) => {
    if (typeof event.timestamp !== "number" || typeof event.message !== "string") {
      throw invalid("A log event has a timestamp and a message.");
    }
    return { timestamp: event.timestamp, message: event.message };
  });
}

function existingStream(group: LogGroup, input: JsonInput): string {
  const stream = required(input, "logStreamName");
  if (group.streams.has(stream)) return stream;
  throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
}

/** Groups are named, or identified by name or ARN. */
function groupName(input: JsonInput): string {
  const named = optional(input, "logGroupName") ?? optional(input, "logGroupIdentifier");
  if (named === undefined) throw invalid("logGroupName is required.");
  return named.replace(/^arn:aws:logs:[^:]*:\d*:log-group:/, "").replace(/:\*$/, "");
}

function required(input: JsonInput, name: string): string {
  const value = optional(input, name);
  if (value !== undefined) return value;
  throw invalid(`${name} is required.`);
}

function optional(input: JsonInput, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

function alreadyExists(what: string): AwsError {
  return new AwsError("ResourceAlreadyExistsException", `The specified ${what} already exists`);
}
