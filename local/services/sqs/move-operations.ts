/** SQS's API calls on message move tasks. */
import { AwsError } from "../../core/errors.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import { type Fauxqs, fauxqsOf } from "../../real-parts/fauxqs.ts";
import { type MoveTasks, type Queue, sourceOf } from "./move-tasks.ts";

const MAX_RATE = 500;
const MAX_RESULTS = 10;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html */
const START_ACTIONS = ["StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];

export function moveOperations(cloud: Cloud, tasks: MoveTasks): JsonOperations {
  const authorize = (call: AwsCall, resource: string, actions: readonly string[]): void => {
    cloud.authorize(
      call.principal,
      actions.map((action) => ({ action: `sqs:${action}`, resource })),
    );
  };
  return {
    StartMessageMoveTask: async (input, call) => {
      const sourceArn = required(input, "SourceArn");
      authorize(call, sourceArn, START_ACTIONS);
      const rate = within(input, "MaxNumberOfMessagesPerSecond", MAX_RATE);
      const fauxqs = await fauxqsOf(cloud);
      const source = existing(fauxqs, sourceArn, "SourceArn");
      const target = targetOf(fauxqs, source, input.DestinationArn);
      authorize(call, target.arn, ["SendMessage"]);
      const handle = await tasks.start({
        sourceArn,
        targetArn: target.arn,
        ...(input.DestinationArn === undefined ? {} : { destinationArn: target.arn }),
        ...(rate === undefined ? {} : { messagesPerSecond: rate }),
      });
      return { TaskHandle: handle };
    },
    ListMessageMoveTasks: async (input, call) => {
      const sourceArn = required(input, "SourceArn");
      authorize(call, sourceArn, ["ListMessageMoveTasks"]);
      existing(await fauxqsOf(cloud), sourceArn, "SourceArn");
      return { Results: tasks.list(sourceArn, within(input, "MaxResults", MAX_RESULTS) ?? 1) };
    },
    CancelMessageMoveTask: (input, call) => {
      const handle = required(input, "TaskHandle");
      authorize(call, sourceOf(handle), ["CancelMessageMoveTask"]);
      return { ApproximateNumberOfMessagesMoved: tasks.cancel(handle) };
    },
  };
}

export function targetOf(fauxqs: Fauxqs, source: Queue, destinationArn: unknown): Queue {
  const origins = [...fauxqs.queues.allQueues()].filter((queue) => deadLetterArn(queue) === source.arn);
  const [origin, another] = origins;
  if (!origin) throw invalid("Source queue must be configured as a Dead Letter Queue.");
  if (destinationArn === undefined) {
    if (!another) return origin;
    const names = origins.map(({ name }) => name).join(", ");
    const message = `The local cloud does not know which of ${names} a message of ${source.name} comes from. It works on AWS; name a DestinationArn here.`;
    throw new AwsError("NotImplemented", message, 501);
  }
  const destination = existing(fauxqs, String(destinationArn), "DestinationArn");
  if (destination === source) {
    throw invalid("Source queue arn and destination queue arn cannot be the same.");
  }
  if (destination.isFifo() !== source.isFifo()) {
    throw invalid("Source queue and destination queue must be of the same type.");
  }
  return destination;
}

/** A policy that cannot be read names no queue, as in fauxqs. */
export function deadLetterArn(queue: Queue): string | undefined {
  try {
    const policy = JSON.parse(queue.attributes.RedrivePolicy ?? "{}") as { deadLetterTargetArn?: string };
    return policy.deadLetterTargetArn;
  } catch {
    return undefined;
  }
}

export function existing(fauxqs: Fauxqs, queueArn: string, parameter: string): Queue {
  const queue = fauxqs.queues.getQueueByArn(queueArn);
  if (queue) return queue;
  const message = `The resource that you specified for the ${parameter} parameter doesn't exist.`;
  throw new AwsError("ResourceNotFoundException", message, 404);
}

function within(input: JsonInput, name: string, largest: number): number | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= largest) return value;
  throw invalid(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between 1 and ${largest}, if provided.`,
  );
}

function required(input: JsonInput, name: string): string {
  const value = input[name];
  if (typeof value === "string" && value !== "") return value;
  throw new AwsError("MissingParameter", `The request must contain the parameter ${name}.`);
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message);
}
