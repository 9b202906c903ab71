/** Handing an event to the services that can be targets of rules. */
import { AwsError, UserError } from "../../core/errors.ts";
import { AttemptError } from "../../core/retries.ts";
import type { Cloud, Principal } from "../../core/service.ts";
import { trusts } from "../iam/trust-policies.ts";
import type { ApiDestinations } from "./api-destinations.ts";
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

/** The ways on within EventBridge. */
export interface Ways {
  /** Puts an event on another bus of this account. */
  readonly forward: (event: BusEvent, bus: string) => void;
  readonly destinations: ApiDestinations;
}

type Deliver = (handover: Handover, cloud: Cloud, ways: Ways) => unknown;

/** By the service of the target's ARN. */
const DELIVERIES: Readonly<Record<string, Deliver>> = {
  events: (handover, cloud, ways) =>
    isDestination(handover.target.arn)
      ? deliverToDestination(handover, cloud, ways)
      : deliverToBus(handover, cloud, ways),
  lambda: deliverToLambda,
  logs: deliverToLogs,
  sns: deliverToTopic,
  sqs: deliverToQueue,
  states: deliverToStateMachine,
};

/** @throws UserError naming a target that the local cloud cannot serve */
export function checkTarget(name: string, targetArn: string): void {
  const kind = kindOf(targetArn);
  const isKnown = kind !== "events" || isDestination(targetArn) || targetArn.includes(":event-bus/");
  if (Object.hasOwn(DELIVERIES, kind) && isKnown) return;
  throw new UserError(
    `The event target "${name}" (${targetArn}) cannot be served by the local cloud: targets are Lambda functions, SQS queues, SNS topics, Step Functions state machines, event buses, API destinations and log groups.`,
  );
}

/**
 * Hands the event over, once EventBridge (or the target's role) may do so.
 * @throws AwsError of the target's service
 */
export async function deliver(handover: Handover, cloud: Cloud, ways: Ways): Promise<void> {
  await DELIVERIES[kindOf(handover.target.arn)]?.(handover, cloud, ways);
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

function deliverToStateMachine(handover: Handover, cloud: Cloud): Promise<unknown> {
  const { rule, target, input } = handover;
  const role = roleOf(handover, cloud);
  cloud.authorize(role, [{ action: "states:StartExecution", resource: target.arn }]);
  return cloud.services.states.start(target.arn, parsed(input), { source: `events rule ${rule.name}` });
}

function deliverToBus(handover: Handover, cloud: Cloud, { forward }: Ways): void {
  const { rule, target, event } = handover;
  if (target.roleArn === undefined) authorizeAsEvents(cloud, "events:PutEvents", target.arn, rule);
  else cloud.authorize(roleOf(handover, cloud), [{ action: "events:PutEvents", resource: target.arn }]);
  forward(event, busNameOf(target.arn));
}

export function isDestination(targetArn: string): boolean {
  return targetArn.includes(":api-destination/");
}

function deliverToDestination(handover: Handover, cloud: Cloud, { destinations }: Ways): Promise<void> {
  const { target, input } = handover;
  cloud.authorize(roleOf(handover, cloud), [{ action: "events:InvokeApiDestination", resource: target.arn }]);
  return destinations.call(target.arn, target.http, input);
}

/** The log stream that EventBridge writes to has a random name on AWS; one per rule is easier to read. */
function deliverToLogs({ rule, target, input }: Handover, cloud: Cloud): void {
  const group = target.arn.split(":")[6] ?? "";
  const stream = `${target.arn.replace(/:\*$/, "")}:log-stream:${rule.name}`;
  authorizeAsEvents(cloud, "logs:CreateLogStream", stream, rule);
  authorizeAsEvents(cloud, "logs:PutLogEvents", stream, rule);
  cloud.services.logs.write(group, rule.name, [input]);
}

/** The role of a target, once EventBridge may assume it. */
function roleOf({ target, rule }: Handover, { resources, world }: Cloud): Principal {
  const { roleArn } = target;
  const assumption = { roleArn: roleArn ?? "", service: EVENTS.arn, sourceArn: rule.arn };
  if (roleArn !== undefined && trusts(resources(), world, assumption) === false) {
    const message = `The trust policy of ${roleArn} does not let ${EVENTS.arn} assume the role.`;
    throw new AwsError("AccessDeniedException", message);
  }
  if (roleArn !== undefined) return { kind: "role", arn: roleArn, functionName: "events" };
  throw new AwsError("AccessDeniedException", `The target ${target.arn} needs a role, and has none.`);
}

/** The error code of AWS's dead-letter queues for this is not documented. */
function parsed(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    const message = `The input of the target is no JSON: ${input}`;
    throw new AttemptError("INVALID_JSON", message, { final: true });
  }
}
