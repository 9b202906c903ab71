/**
 * What alarms do when their state changes: tell topics and functions, and put an event on the default bus.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
 */
import type { Cloud, Principal } from "../../core/service.ts";
import type { AlarmState } from "./alarm.ts";
import { alarmData, functionEvent } from "./alarm-event.ts";
import { documentOf, subjectOf, type Transition } from "./alarm-message.ts";
import type { AlarmSettings } from "./alarm-settings.ts";

const TOPICS: Principal = { kind: "service", arn: "cloudwatch.amazonaws.com" };
const FUNCTIONS: Principal = { kind: "service", arn: "lambda.alarms.cloudwatch.amazonaws.com" };

type Act = (action: string, settings: AlarmSettings, transition: Transition, cloud: Cloud) => unknown;

/** By the service of the action's ARN. */
const ACTIONS: Readonly<Record<string, Act>> = { lambda: invoke, sns: publish };

/** Whether the local cloud carries an action out. */
export function isKnownAction(action: string): boolean {
  return Object.hasOwn(ACTIONS, serviceOf(action));
}

export function actionsOf(settings: AlarmSettings, to: AlarmState): readonly string[] {
  if (to === "ALARM") return settings.alarmActions;
  return to === "OK" ? settings.okActions : settings.insufficientDataActions;
}

/** Carries out what is to be done; nobody waits for it, so what fails is logged. */
export async function act(settings: AlarmSettings, transition: Transition, cloud: Cloud): Promise<void> {
  await announce(settings, transition, cloud);
  if (!settings.actionsEnabled) return;
  const actions = actionsOf(settings, transition.to).filter(isKnownAction);
  await Promise.all(actions.map((action) => carryOut(action, settings, transition, cloud)));
}

async function carryOut(
  action: string,
  settings: AlarmSettings,
  transition: Transition,
  cloud: Cloud,
): Promise<void> {
  try {
    await ACTIONS[serviceOf(action)]?.(action, settings, transition, cloud);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Alarm ${settings.name} could not tell ${action}: ${reason}`;
    cloud.log({ kind: "warning", source: "cloudwatch", message });
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
async function announce(settings: AlarmSettings, transition: Transition, cloud: Cloud): Promise<void> {
  await cloud.services.events.put({
    source: "aws.cloudwatch",
    detailType: "CloudWatch Alarm State Change",
    resources: [settings.arn],
    detail: alarmData(settings, transition),
  });
}

function publish(
  topic: string,
  settings: AlarmSettings,
  transition: Transition,
  cloud: Cloud,
): Promise<unknown> {
  cloud.authorize(TOPICS, [{ action: "sns:Publish", resource: topic, context: contextOf(settings, cloud) }]);
  const subject = subjectOf(settings, transition, cloud.world);
  return cloud.services.sns.publish(topic, documentOf(settings, transition, cloud.world), { subject });
}

function invoke(functionArn: string, settings: AlarmSettings, transition: Transition, cloud: Cloud): void {
  const context = contextOf(settings, cloud);
  cloud.authorize(FUNCTIONS, [{ action: "lambda:InvokeFunction", resource: functionArn, context }]);
  const event = functionEvent(settings, transition, cloud.world);
  cloud.services.lambda.invokeAsync(functionArn, event, `cloudwatch ${settings.name}`);
}

function contextOf({ arn }: AlarmSettings, { world }: Cloud): Record<string, string> {
  return { "aws:SourceArn": arn, "aws:SourceAccount": world.account };
}

function serviceOf(action: string): string {
  return action.split(":")[2] ?? "";
}
