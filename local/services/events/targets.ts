/** Handing an event to the services that can be targets of rules. */
import { AwsError, UserError } from "../../core/errors.ts";
import type { Cloud, Principal } from "../../core/service.ts";
import { mayAssume } from "../iam/trust-policies.ts";
import type { BusEvent } from "./event.ts";
import { busNameOf } from "./outputs.ts";
import type { Rule, Target } from "./rule-book.ts";

const EVENTS: Principal = { kind: "service", arn: "events.amazonaws.com" };

export interface Handover {
  readonly rule: Rule;
  readonly target: Target;
  readonly event: BusEvent;
  /** JSON text that the target gets. */
  readonly input: string;
}

/** Puts an event on another bus of this account. */
export type Forward = (event: BusEvent, bus: string) => void;

type Deliver = (handover: Handover, cloud: Cloud, forward: Forward) => unknown;

/** By the service of the target's ARN. */
const DELIVERIES: Readonly<Record<string, Deliver>> = {
  events: deliverToBus,
  lambda: deliverToLambda,
  logs: deliverToLogs,
  sns: deliverToTopic,
  sqs: deliverToQueue,
  states: deliverToStateMachine,
};

/** @throws UserError naming a target that the local cloud cannot serve */
export function checkTarget(name: string, targetArn: string): void {
  const kind = kindOf(targetArn);
  const isDestination = kind === "events" && !targetArn.includes(":event-bus/");
  if (Object.hasOwn(DELIVERIES, kind) && !isDestination) return;
  throw new UserError(
    `The event target "${name}" (${targetArn}) cannot be served by the local cloud: targets are Lambda functions, SQS queues, SNS topics, Step Functions state machines, event buses and log groups.`,
  );
}

/**
 * Hands the event over, once EventBridge (or the target's role) may do so.
 * @throws AwsError of the target's service
 */
export async function deliver(handover: Handover, cloud: Cloud, forward: Forward): Promise<void> {
  await DELIVERIES[kindOf(handover.target.arn)]?.(handover, cloud, forward);
}

/** Lets EventBridge put a message into a queue: the target's, or its dead-letter queue. */
export function authorizeAsEvents(cloud: Cloud, action: string, resource: string, rule: Rule): void {
  const context = { "aws:SourceArn": rule.arn, "aws:SourceAccount": cloud.world.account };
  cloud.authorize(EVENTS, [{ action, resource, context }]);
}

function kindOf(targetArn: string): string {
  return targetArn.split(":")[2] ?? "";
}

function deliverToLambda({ rule, target, input }: Handover, cloud: Cloud): void {
  authorizeAsEvents(cloud, "lambda:InvokeFunction", target.arn, rule);
  cloud.services.lambda.invokeAsync(target.arn, parsed(input), `events rule ${rule.name}`);
}

function deliverToQueue({ rule, target, input }: Handover, cloud: Cloud): Promise<unknown> {
  authorizeAsEvents(cloud, "sqs:SendMessage", target.arn, rule);
  const { messageGroupId } = target;
  return cloud.services.sqs.send(target.arn, input, messageGroupId === undefined ? {} : { messageGroupId });
}

function deliverToTopic({ rule, target, input }: Handover, cloud: Cloud): Promise<unknown> {
  authorizeAsEvents(cloud, "sns:Publish", target.arn, rule);
  return cloud.services.sns.publish(target.arn, input);
}

function deliverToStateMachine({ rule, target, input }: Handover, cloud: Cloud): Promise<unknown> {
  const role = roleOf(rule, target, cloud);
  cloud.authorize(role, [{ action: "states:StartExecution", resource: target.arn }]);
  return cloud.services.states.start(target.arn, parsed(input), { source: `events rule ${rule.name}` });
}

function deliverToBus({ rule, target, event }: Handover, cloud: Cloud, forward: Forward): void {
  if (target.roleArn === undefined) authorizeAsEvents(cloud, "events:PutEvents", target.arn, rule);
  else cloud.authorize(roleOf(rule, target, cloud), [{ action: "events:PutEvents", resource: target.arn }]);
  forward(event, busNameOf(target.arn));
}

/** The log stream that EventBridge writes to has a random name on AWS; one per rule is easier to read. */
function deliverToLogs({ rule, target, input }: Handover, cloud: Cloud): void {
  const group = target.arn.split(":")[6] ?? "";
  const stream = `${target.arn.replace(/:\*$/, "")}:log-stream:${rule.name}`;
  authorizeAsEvents(cloud, "logs:CreateLogStream", stream, rule);
  authorizeAsEvents(cloud, "logs:PutLogEvents", stream, rule);
  cloud.services.logs.write(group, rule.name, [input]);
}

function roleOf(rule: Rule, { arn, roleArn }: Target, cloud: Cloud): Principal {
  if (roleArn === undefined) {
    throw new AwsError("AccessDeniedException", `The target ${arn} needs a role, and has none.`);
  }
  if (!mayAssume(cloud, { roleArn, service: EVENTS.arn, sourceArn: rule.arn })) {
    const message = `EventBridge cannot assume the role ${roleArn}: its trust policy does not allow ${EVENTS.arn}.`;
    throw new AwsError("AccessDeniedException", message);
  }
  return { kind: "role", arn: roleArn, functionName: "events" };
}

function parsed(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}
