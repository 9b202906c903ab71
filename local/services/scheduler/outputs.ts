/** What AWS would return for EventBridge Scheduler's resources. */
import type { RegisteredResource } from "../../core/graph.ts";
import { physicalName } from "../../core/names.ts";
import type { Outputs, OutputsOf, World } from "../../core/service.ts";
import { DEFAULT_GROUP, groupArn, scheduleArn } from "./schedule.ts";

function schedule(resource: RegisteredResource, world: World): Outputs {
  const name = physicalName(resource);
  const { groupName } = resource.inputs;
  const group = typeof groupName === "string" && groupName !== "" ? groupName : DEFAULT_GROUP;
  return {
    id: `${group}/${name}`,
    name,
    groupName: group,
    arn: scheduleArn(world, group, name),
    actionAfterCompletion: resource.inputs.actionAfterCompletion ?? "NONE",
  };
}

function group(resource: RegisteredResource, world: World): Outputs {
  const name = physicalName(resource);
  return { id: name, name, arn: groupArn(world, name), state: "ACTIVE" };
}

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:scheduler/schedule:Schedule": schedule,
  "aws:scheduler/scheduleGroup:ScheduleGroup": group,
};
