/** The EventBridge API. https://docs.aws.amazon.com/eventbridge/latest/APIReference/ */
import { AwsError } from "../../core/errors.ts";
import { compilePattern } from "../../core/matcher.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import { busArn, busNameOf, ruleArn } from "./outputs.ts";
import type { Router } from "./router.ts";
import type { Rule, RuleBook } from "./rule-book.ts";

const MAX_ENTRIES = 10;
/** https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb */
const MAX_TOTAL_BYTES = 1024 ** 2;

export function operations(cloud: Cloud, book: RuleBook, router: Router): JsonOperations {
  return {
    PutEvents: (input, call) => putEvents(input, call, cloud, book, router),
    ListRules: (input, call) => {
      const bus = busNameOf(input.EventBusName);
      const resource = ruleArn(cloud.world, bus, "*");
      cloud.authorize(call.principal, [{ action: "events:ListRules", resource }]);
      const prefix = typeof input.NamePrefix === "string" ? input.NamePrefix : "";
      const rules = book.rules.filter((rule) => rule.bus === bus && rule.name.startsWith(prefix));
      return { Rules: rules.map(describe) };
    },
    DescribeRule: (input, call) => {
      const bus = busNameOf(input.EventBusName);
      const name = String(input.Name ?? "");
      const resource = ruleArn(cloud.world, bus, name);
      cloud.authorize(call.principal, [{ action: "events:DescribeRule", resource }]);
      const rule = book.find(name, bus);
      if (rule) return describe(rule);
      throw new AwsError("ResourceNotFoundException", `Rule ${name} does not exist on EventBus ${bus}.`);
    },
    TestEventPattern: (input, call) => {
      cloud.authorize(call.principal, [{ action: "events:TestEventPattern", resource: "*" }]);
      const event = parseEvent(String(input.Event));
      return { Result: compilePattern(String(input.EventPattern))(event) };
    },
  };
}

function putEvents(input: JsonInput, call: AwsCall, cloud: Cloud, book: RuleBook, router: Router): JsonInput {
  const entries = Array.isArray(input.Entries) ? (input.Entries as JsonInput[]) : [];
  if (entries.length < 1 || entries.length > MAX_ENTRIES) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${MAX_ENTRIES}`,
    );
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MAX_TOTAL_BYTES) {
    throw new AwsError("ValidationException", "Total size of the entries in the request is over the limit.");
  }
  cloud.authorize(
    call.principal,
    entries.map((entry) => ({
      action: "events:PutEvents",
      resource: busArn(cloud.world, busNameOf(entry.EventBusName)),
      context: { "events:source": String(entry.Source), "events:detail-type": String(entry.DetailType) },
    })),
  );
  const results = entries.map((entry) => putEntry(entry, book, router));
  const failed = results.filter((result) => "ErrorCode" in result).length;
  return { FailedEntryCount: failed, Entries: results };
}

function putEntry(entry: JsonInput, book: RuleBook, router: Router): JsonInput {
  const bus = busNameOf(entry.EventBusName);
  for (const name of ["Source", "DetailType", "Detail"]) {
    if (typeof entry[name] === "string" && entry[name] !== "") continue;
    const message = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
    return { ErrorCode: "InvalidArgument", ErrorMessage: message };
  }
  const source = String(entry.Source);
  if (source.startsWith("aws.")) {
    return { ErrorCode: "NotAuthorizedForSource", ErrorMessage: "Not authorized for the source." };
  }
  if (!book.hasBus(bus)) {
    return { ErrorCode: "InvalidArgument", ErrorMessage: `The event bus ${bus} does not exist.` };
  }
  const detail = parseDetail(String(entry.Detail));
  if (detail === undefined) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  const time = timeOf(entry.Time);
  if (Number.isNaN(time?.getTime())) {
    return { ErrorCode: "InvalidArgument", ErrorMessage: "Parameter Time is not valid." };
  }
  const event = {
    source,
    detailType: String(entry.DetailType),
    detail,
    ...(Array.isArray(entry.Resources) ? { resources: entry.Resources.map(String) } : {}),
    ...(time === undefined ? {} : { time: time.toISOString() }),
  };
  return { EventId: router.put(event, bus).id };
}

/** A detail is a JSON object; anything else is malformed. */
function parseDetail(text: string): object | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === "object" && detail !== null && !Array.isArray(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

function timeOf(time: unknown): Date | undefined {
  if (time === undefined || time === null) return undefined;
  return new Date(typeof time === "number" ? time * 1000 : String(time));
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
function sizeOf(entry: JsonInput): number {
  const texts = [
    entry.Source,
    entry.DetailType,
    entry.Detail,
    ...(Array.isArray(entry.Resources) ? entry.Resources : []),
  ];
  const bytes = texts.reduce<number>(
    (sum, text) => sum + (typeof text === "string" ? Buffer.byteLength(text) : 0),
    0,
  );
  return bytes + (entry.Time === undefined ? 0 : 14);
}

function describe(rule: Rule): JsonInput {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventBusName: rule.bus,
    State: rule.enabled ? "ENABLED" : "DISABLED",
    ...(rule.description === undefined ? {} : { Description: rule.description }),
    ...(rule.pattern === undefined ? {} : { EventPattern: rule.pattern }),
    ...(rule.scheduleExpression === undefined ? {} : { ScheduleExpression: rule.scheduleExpression }),
  };
}

function parseEvent(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError("ValidationException", "Parameter Event is not valid. Reason: it is not JSON.");
  }
}
