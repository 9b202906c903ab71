/** Makes the program's queues in fauxqs, and keeps them in step. */
import { AwsError } from "../../core/errors.ts";
import type { Resource, Value } from "../../core/graph.ts";
import type { Cloud, Realizer } from "../../core/service.ts";
import { fauxqsOf } from "../../real-parts/fauxqs.ts";
import { carryOut } from "./client.ts";

/** Attributes of the SQS API by input; the value is what a queue has without the input. */
const ATTRIBUTES: Readonly<Record<string, readonly [attribute: string, otherwise: string]>> = {
  contentBasedDeduplication: ["ContentBasedDeduplication", "false"],
  delaySeconds: ["DelaySeconds", "0"],
  maxMessageSize: ["MaximumMessageSize", "262144"],
  messageRetentionSeconds: ["MessageRetentionPeriod", "345600"],
  policy: ["Policy", ""],
  receiveWaitTimeSeconds: ["ReceiveMessageWaitTimeSeconds", "0"],
  redriveAllowPolicy: ["RedriveAllowPolicy", ""],
  redrivePolicy: ["RedrivePolicy", ""],
  sqsManagedSseEnabled: ["SqsManagedSseEnabled", "true"],
  visibilityTimeoutSeconds: ["VisibilityTimeout", "30"],
};
const FIFO_ONLY = "contentBasedDeduplication";

/** Types that set one attribute of a queue made elsewhere: their input, and the attribute. */
const SEPARATE: Readonly<Record<string, readonly [input: string, attribute: string]>> = {
  "aws:sqs/queuePolicy:QueuePolicy": ["policy", "Policy"],
  "aws:sqs/redrivePolicy:RedrivePolicy": ["redrivePolicy", "RedrivePolicy"],
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": ["redriveAllowPolicy", "RedriveAllowPolicy"],
};

export function realizers(cloud: Cloud): Readonly<Record<string, Realizer>> {
  const separate = Object.entries(SEPARATE).map(([type, [input, attribute]]) => [
    type,
    attributeRealizer(cloud, input, attribute),
  ]);
  return { "aws:sqs/queue:Queue": queueRealizer(cloud), ...Object.fromEntries(separate) };
}

function queueRealizer(cloud: Cloud): Realizer {
  const call = caller(cloud);
  const remove = async ({ id }: Resource): Promise<void> => {
    await call("DeleteQueue", { QueueUrl: id }).catch(unlessGone);
  };
  const create = async (queue: Resource): Promise<void> => {
    const fifo = queue.outputs.fifoQueue === true ? { FifoQueue: "true" } : {};
    await call("CreateQueue", { QueueName: queue.outputs.name, Attributes: fifo });
    await call("SetQueueAttributes", { QueueUrl: queue.id, Attributes: attributesOf(queue) });
  };
  return {
    create,
    delete: remove,
    update: async (queue, previous) => {
      if (queue.id !== previous.id) await remove(previous);
      await create(queue);
    },
  };
}

function attributesOf({ inputs, outputs }: Resource): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ATTRIBUTES)
      .filter(([input]) => input !== FIFO_ONLY || outputs.fifoQueue === true)
      .map(([input, [attribute, otherwise]]) => [attribute, textOf(inputs[input]) ?? otherwise]),
  );
}

function attributeRealizer(cloud: Cloud, input: string, attribute: string): Realizer {
  const call = caller(cloud);
  const set = async (queueUrl: Value | undefined, value: string): Promise<void> => {
    await call("SetQueueAttributes", { QueueUrl: queueUrl, Attributes: { [attribute]: value } });
  };
  const apply = ({ inputs }: Resource): Promise<void> => set(inputs.queueUrl, textOf(inputs[input]) ?? "");
  return {
    create: apply,
    update: apply,
    delete: ({ inputs }) => set(inputs.queueUrl, "").catch(unlessGone),
  };
}

function caller(cloud: Cloud): (operation: string, input: object) => Promise<unknown> {
  return async (operation, input) => carryOut(await fauxqsOf(cloud), cloud.world.region, operation, input);
}

/** Documents may be given as text or as a structure. */
function textOf(value: Value | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function unlessGone(error: unknown): void {
  if (!(error instanceof AwsError) || error.code !== "QueueDoesNotExist") throw error;
}
