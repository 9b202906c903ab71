/**
 * Calling a schedule's target with the permissions of its role: templated targets and the universal one.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
 */
import { AwsError } from "../../core/errors.ts";
import type { Cloud, Principal } from "../../core/service.ts";
import { invalid } from "./constraints.ts";
import type { Target } from "./schedule.ts";
import { callUniversal, checkUniversal, isUniversal } from "./universal-target.ts";

/** One attempt to call a target. */
export interface Attempt {
  readonly target: Target;
  /** The schedule's input with its context attributes filled in. */
  readonly input: string;
  /** Who calls, for logs. */
  readonly source: string;
}

interface Templated {
  readonly action: string;
  readonly call: (attempt: Attempt, cloud: Cloud) => unknown;
}

/** By the service of the target's ARN. */
const TEMPLATED: Readonly<Record<string, Templated>> = {
  events: { action: "events:PutEvents", call: putEvent },
  lambda: {
    action: "lambda:InvokeFunction",
    call: ({ target, input, source }, { services }) =>
      services.lambda.invokeAsync(target.Arn, json(input), source),
  },
  sns: {
    action: "sns:Publish",
    call: ({ target, input }, { services }) => services.sns.publish(target.Arn, input),
  },
  sqs: { action: "sqs:SendMessage", call: sendMessage },
  states: {
    action: "states:StartExecution",
    call: ({ target, input, source }, { services }) =>
      services.states.start(target.Arn, json(input), { source }),
  },
};

/** @throws AwsError ValidationException, or NotImplemented naming what the local cloud cannot call */
export function checkTarget(target: Target): void {
  const { Arn } = target;
  if (!/^arn:[^:]*:[^:]+:[^:]*:[^:]*:.+/.test(Arn)) throw invalid("Provided Arn is not in correct format.");
  if (isUniversal(Arn)) checkUniversal(target);
  else checkTemplated(target);
}

function checkTemplated(target: Target): void {
  const { Arn } = target;
  const service = serviceOf(Arn);
  if (!Object.hasOwn(TEMPLATED, service)) {
    throw new AwsError(
      "NotImplemented",
      `The local cloud cannot serve the schedule target ${Arn}: targets are Lambda functions, SQS queues, SNS topics, event buses, Step Functions state machines and arn:aws:scheduler:::aws-sdk actions.`,
      501,
    );
  }
  if (service === "events" && !target.EventBridgeParameters) {
    throw invalid("EventBridgeParameters is required for an event bus target.");
  }
  if (service === "sqs" && Arn.endsWith(".fifo") && !target.SqsParameters?.MessageGroupId) {
    throw invalid("MessageGroupId is required for an SQS FIFO queue target.");
  }
}

/**
 * Calls the target, once its role may do so.
 * @throws AwsError of the target's service
 */
export async function callTarget(attempt: Attempt, cloud: Cloud): Promise<void> {
  const { target } = attempt;
  if (isUniversal(target.Arn)) return callUniversal(attempt, cloud);
  const templated = TEMPLATED[serviceOf(target.Arn)];
  if (!templated) throw invalid("Provided Arn is not in correct format.");
  cloud.authorize(roleOf(target), [{ action: templated.action, resource: target.Arn }]);
  await templated.call(attempt, cloud);
}

/** The role of a target, in which Scheduler calls. */
export function roleOf(target: Target): Principal {
  return { kind: "role", arn: target.RoleArn, functionName: "scheduler" };
}

function serviceOf(arn: string): string {
  return arn.split(":")[2] ?? "";
}

function sendMessage({ target, input }: Attempt, { services }: Cloud): Promise<unknown> {
  const messageGroupId = target.SqsParameters?.MessageGroupId;
  return services.sqs.send(target.Arn, input, messageGroupId === undefined ? {} : { messageGroupId });
}

function putEvent({ target, input }: Attempt, { services }: Cloud): Promise<unknown> {
  const { DetailType = "", Source = "" } = target.EventBridgeParameters ?? {};
  const detail = json(input);
  if (typeof detail !== "object" || detail === null) {
    throw new AwsError("MalformedDetail", "Detail is malformed.");
  }
  return services.events.put({ detailType: DetailType, source: Source, detail }, target.Arn);
}

function json(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}
