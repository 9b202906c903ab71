/** The EventBridge Scheduler API. https://docs.aws.amazon.com/scheduler/latest/APIReference/ */
import { AwsError, notSupported } from "../../core/errors.ts";
import { type JsonInput, jsonReply, parseInput } from "../../core/protocol.ts";
import type { AwsCall, AwsReply, Cloud } from "../../core/service.ts";
import type { Catalogue } from "./catalogue.ts";
import { ClientTokens } from "./client-tokens.ts";
import { invalid } from "./constraints.ts";
import { page } from "./pages.ts";
import { DEFAULT_GROUP, type Group, groupArn, type Schedule, scheduleArn } from "./schedule.ts";

interface Request {
  readonly call: AwsCall;
  /** In the path; empty for lists. */
  readonly name: string;
  readonly input: JsonInput;
}

type Operation = (request: Request, catalogue: Catalogue, cloud: Cloud) => unknown;

/** By method and kind of path. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  "POST /schedules/*": createSchedule,
  "GET /schedules/*": getSchedule,
  "PUT /schedules/*": updateSchedule,
  "DELETE /schedules/*": deleteSchedule,
  "GET /schedules": listSchedules,
  "POST /schedule-groups/*": createGroup,
  "GET /schedule-groups/*": getGroup,
  "DELETE /schedule-groups/*": deleteGroup,
  "GET /schedule-groups": listGroups,
};

/** The way to answer a call of the API. */
export function answerer(cloud: Cloud, catalogue: Catalogue): (call: AwsCall) => Promise<AwsReply> {
  const tokens = new ClientTokens(cloud.clock);
  return async (call) => {
    const [, kind = "", name] = /^\/([^/]+)\/?([^/]*)$/.exec(call.path) ?? [];
    const route = `${call.method} /${kind}${name ? "/*" : ""}`;
    const operation = Object.hasOwn(OPERATIONS, route) ? OPERATIONS[route] : undefined;
    if (!operation) throw notSupported("scheduler", `${call.method} ${call.path}`);
    const input = parseInput(call.body);
    const request = { call, name: decodeURIComponent(name ?? ""), input };
    const { ClientToken: inBody, ...question } = input;
    const token = inBody ?? call.query.get("clientToken");
    const key = typeof token === "string" ? `${call.principal.arn} ${token}` : undefined;
    const asked = JSON.stringify([call.method, call.path, call.query.get("groupName"), question]);
    const output = tokens.once(key, asked, () => operation(request, catalogue, cloud));
    return jsonReply(output, "application/json");
  };
}

function createSchedule({ call, name, input }: Request, catalogue: Catalogue, cloud: Cloud): unknown {
  const group = text(input.GroupName) ?? DEFAULT_GROUP;
  authorize(cloud, call, "CreateSchedule", scheduleArn(cloud.world, group, name));
  authorizePassRole(cloud, call, input);
  return { ScheduleArn: catalogue.create(group, name, input).arn };
}

function updateSchedule({ call, name, input }: Request, catalogue: Catalogue, cloud: Cloud): unknown {
  const group = text(input.GroupName) ?? DEFAULT_GROUP;
  authorize(cloud, call, "UpdateSchedule", scheduleArn(cloud.world, group, name));
  authorizePassRole(cloud, call, input);
  return { ScheduleArn: catalogue.update(group, name, input).arn };
}

function getSchedule({ call, name }: Request, { store }: Catalogue, cloud: Cloud): unknown {
  const group = call.query.get("groupName") ?? DEFAULT_GROUP;
  authorize(cloud, call, "GetSchedule", scheduleArn(cloud.world, group, name));
  const schedule = store.get(group, name);
  return { ...naming(schedule), ...schedule.definition };
}

function deleteSchedule({ call, name }: Request, catalogue: Catalogue, cloud: Cloud): unknown {
  const group = call.query.get("groupName") ?? DEFAULT_GROUP;
  authorize(cloud, call, "DeleteSchedule", scheduleArn(cloud.world, group, name));
  catalogue.delete(group, name);
  return {};
}

function listSchedules({ call }: Request, { store }: Catalogue, cloud: Cloud): unknown {
  const group = call.query.get("ScheduleGroup");
  const state = call.query.get("State");
  const prefix = call.query.get("NamePrefix") ?? "";
  authorize(cloud, call, "ListSchedules", scheduleArn(cloud.world, group ?? "*", "*"));
  const found = store.schedules.filter(
    (schedule) =>
      (group === null || schedule.group === group) &&
      (state === null || schedule.definition.State === state) &&
      schedule.name.startsWith(prefix),
  );
  const { items, ...rest } = page(found, call.query);
  return { Schedules: items.map(summary), ...rest };
}

function createGroup({ call, name }: Request, catalogue: Catalogue, cloud: Cloud): unknown {
  authorize(cloud, call, "CreateScheduleGroup", groupArn(cloud.world, name));
  return { ScheduleGroupArn: catalogue.createGroup(name).arn };
}

function getGroup({ call, name }: Request, { store }: Catalogue, cloud: Cloud): unknown {
  authorize(cloud, call, "GetScheduleGroup", groupArn(cloud.world, name));
  return describeGroup(store.getGroup(name));
}

function deleteGroup({ call, name }: Request, catalogue: Catalogue, cloud: Cloud): unknown {
  authorize(cloud, call, "DeleteScheduleGroup", groupArn(cloud.world, name));
  catalogue.deleteGroup(name);
  return {};
}

function listGroups({ call }: Request, { store }: Catalogue, cloud: Cloud): unknown {
  authorize(cloud, call, "ListScheduleGroups", groupArn(cloud.world, "*"));
  const prefix = call.query.get("NamePrefix") ?? "";
  const { items, ...rest } = page(
    store.groups.filter(({ name }) => name.startsWith(prefix)),
    call.query,
  );
  return { ScheduleGroups: items.map(describeGroup), ...rest };
}

function authorize(cloud: Cloud, call: AwsCall, operation: string, resource: string): void {
  cloud.authorize(call.principal, [{ action: `scheduler:${operation}`, resource }]);
}

/**
 * Whoever gives a schedule its role must be allowed to pass that role to Scheduler.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
 */
function authorizePassRole(cloud: Cloud, call: AwsCall, input: JsonInput): void {
  const { RoleArn } = (input.Target ?? {}) as { RoleArn?: unknown };
  if (typeof RoleArn !== "string") return;
  const context = { "iam:PassedToService": "scheduler.amazonaws.com" };
  try {
    cloud.authorize(call.principal, [{ action: "iam:PassRole", resource: RoleArn, context }]);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError("AccessDeniedException", error.message, 403);
  }
}

function naming(schedule: Schedule): JsonInput {
  return {
    Arn: schedule.arn,
    Name: schedule.name,
    GroupName: schedule.group,
    CreationDate: schedule.createdAt / 1000,
    LastModificationDate: schedule.modifiedAt / 1000,
  };
}

function summary(schedule: Schedule): JsonInput {
  const { State, Target } = schedule.definition;
  return { ...naming(schedule), State, Target: { Arn: Target.Arn } };
}

function describeGroup({ name, arn, createdAt }: Group): JsonInput {
  const time = createdAt / 1000;
  return { Name: name, Arn: arn, State: "ACTIVE", CreationDate: time, LastModificationDate: time };
}

function text(value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw invalid("GroupName must be a string.");
}
