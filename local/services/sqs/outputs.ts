/** What AWS would return for the resource types of SQS. */
import type { RegisteredResource } from "../../core/graph.ts";
import { arn, physicalName } from "../../core/names.ts";
import type { OutputsOf, World } from "../../core/service.ts";

const FIFO_SUFFIX = ".fifo";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
const queue: OutputsOf = (resource, world) => {
  const name = queueName(resource);
  const url = queueUrl(world, name);
  const { inputs } = resource;
  return {
    id: url,
    url,
    name,
    arn: arn(world, "sqs", name),
    fifoQueue: inputs.fifoQueue ?? false,
    delaySeconds: inputs.delaySeconds ?? 0,
    maxMessageSize: inputs.maxMessageSize ?? 262_144,
    messageRetentionSeconds: inputs.messageRetentionSeconds ?? 345_600,
    receiveWaitTimeSeconds: inputs.receiveWaitTimeSeconds ?? 0,
    visibilityTimeoutSeconds: inputs.visibilityTimeoutSeconds ?? 30,
    redrivePolicy: inputs.redrivePolicy ?? "",
    redriveAllowPolicy: inputs.redriveAllowPolicy ?? "",
    policy: inputs.policy ?? "",
  };
};

/** The URL of a queue on the endpoint. */
export function queueUrl(world: World, name: string): string {
  return `${world.endpoint}/${world.account}/${name}`;
}

function queueName(resource: RegisteredResource): string {
  const name = physicalName(resource);
  const isFifo = resource.inputs.fifoQueue === true;
  return isFifo && !name.endsWith(FIFO_SUFFIX) ? `${name}${FIFO_SUFFIX}` : name;
}

const ofQueue: OutputsOf = ({ inputs }) => ({ id: String(inputs.queueUrl) });

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:sqs/queue:Queue": queue,
  "aws:sqs/queuePolicy:QueuePolicy": ofQueue,
  "aws:sqs/redrivePolicy:RedrivePolicy": ofQueue,
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": ofQueue,
};
