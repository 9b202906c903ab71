/** Answers SQS's API calls: authorized here, carried out by fauxqs, with all queue URLs on our endpoint. */
import { AwsError, notSupported } from "../../core/errors.ts";
import { type JsonInput, jsonReply, parseInput } from "../../core/protocol.ts";
import type { AwsCall, AwsReply, Cloud, Permission } from "../../core/service.ts";
import { logFailure } from "../../real-parts/failure-log.ts";
import { type Fauxqs, fauxqsOf } from "../../real-parts/fauxqs.ts";
import { queueUrl } from "./outputs.ts";
import { nameOf, type Queues, visibilityTimeout } from "./queues.ts";

/**
 * The permission that an operation needs.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
 */
const ACTIONS: Readonly<Record<string, string>> = {
  ChangeMessageVisibility: "ChangeMessageVisibility",
  ChangeMessageVisibilityBatch: "ChangeMessageVisibility",
  CreateQueue: "CreateQueue",
  DeleteMessage: "DeleteMessage",
  DeleteMessageBatch: "DeleteMessage",
  DeleteQueue: "DeleteQueue",
  GetQueueAttributes: "GetQueueAttributes",
  GetQueueUrl: "GetQueueUrl",
  ListQueueTags: "ListQueueTags",
  ListQueues: "ListQueues",
  PurgeQueue: "PurgeQueue",
  ReceiveMessage: "ReceiveMessage",
  SendMessage: "SendMessage",
  SendMessageBatch: "SendMessage",
  SetQueueAttributes: "SetQueueAttributes",
  TagQueue: "TagQueue",
  UntagQueue: "UntagQueue",
};

/** Queues that other services keep for themselves begin with this and are not shown. */
export const HIDDEN_QUEUE_PREFIX = "local-cloud-";

export async function answer(call: AwsCall, cloud: Cloud, queues: Queues): Promise<AwsReply> {
  const operation = call.operation ?? "";
  const action = Object.hasOwn(ACTIONS, operation) ? ACTIONS[operation] : undefined;
  if (!action) throw notSupported("sqs", operation || `${call.method} ${call.path}`);
  if (call.headers["x-amz-target"] === undefined) {
    throw notSupported("sqs", `${operation} in the query protocol, which clients from before 2023 speak`);
  }
  const input = parseInput(call.body);
  cloud.authorize(call.principal, [permission(action, operation, input, cloud)]);
  const fauxqs = await fauxqsOf(cloud);
  const reply =
    operation === "ReceiveMessage"
      ? await receive(input, call, fauxqs, queues)
      : await forward(prepared(operation, input, fauxqs, cloud), call, fauxqs);
  logFailure(cloud, "sqs", operation, call, reply);
  return reply.status === 200 ? withOurUrls(reply, call, cloud) : reply;
}

function permission(action: string, operation: string, input: JsonInput, { world }: Cloud): Permission {
  const name = typeof input.QueueUrl === "string" ? nameOf(input.QueueUrl) : String(input.QueueName ?? "");
  const resource = operation === "ListQueues" ? "*" : `arn:aws:sqs:${world.region}:${world.account}:${name}`;
  return { action: `sqs:${action}`, resource };
}

/** Works around the two places where fauxqs would go wrong. */
function prepared(operation: string, input: JsonInput, fauxqs: Fauxqs, cloud: Cloud): JsonInput {
  if (operation === "GetQueueAttributes") {
    const queue = fauxqs.queues.getQueueByName(nameOf(String(input.QueueUrl)));
    fauxqs.run(() => queue?.processTimers());
  }
  if (operation === "ChangeMessageVisibility") return withVisibility(cloud, input);
  if (operation === "ChangeMessageVisibilityBatch" && Array.isArray(input.Entries)) {
    return { ...input, Entries: (input.Entries as JsonInput[]).map((entry) => withVisibility(cloud, entry)) };
  }
  return input;
}

function withVisibility(cloud: Cloud, input: JsonInput): JsonInput {
  const seconds = input.VisibilityTimeout;
  return typeof seconds === "number"
    ? { ...input, VisibilityTimeout: visibilityTimeout(cloud, seconds) }
    : input;
}

type Answer = AwsReply & { readonly body: Buffer };

async function receive(input: JsonInput, call: AwsCall, fauxqs: Fauxqs, queues: Queues): Promise<Answer> {
  const name = nameOf(String(input.QueueUrl ?? ""));
  const configured = fauxqs.queues.getQueueByName(name)?.getAttribute("ReceiveMessageWaitTimeSeconds");
  const waitSeconds = Number(input.WaitTimeSeconds ?? configured ?? 0);
  if (!(waitSeconds >= 0 && waitSeconds <= 20)) {
    const reason = `Value ${waitSeconds} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.`;
    throw new AwsError("InvalidParameterValue", reason);
  }
  const receiveNow = async (): Promise<Answer[]> => {
    const reply = await forward({ ...input, WaitTimeSeconds: 0 }, call, fauxqs);
    last = reply;
    return reply.status !== 200 || reply.body.includes('"ReceiptHandle"') ? [reply] : [];
  };
  let last: Answer | undefined;
  const [found] = await queues.poll(name, waitSeconds, receiveNow);
  return found ?? last ?? forward({ ...input, WaitTimeSeconds: 0 }, call, fauxqs);
}

function forward(input: JsonInput, call: AwsCall, fauxqs: Fauxqs): Promise<Answer> {
  const headers = { ...call.headers, "content-type": "application/x-amz-json-1.0" };
  return fauxqs.forward({ ...call, path: "/", headers }, JSON.stringify(input));
}

function withOurUrls(reply: Answer, call: AwsCall, { world }: Cloud): AwsReply {
  const output = JSON.parse(reply.body.toString("utf8") || "{}") as JsonInput;
  const ours = (url: unknown): string => queueUrl(world, nameOf(String(url)));
  const changed = {
    ...output,
    ...(output.QueueUrl === undefined ? {} : { QueueUrl: ours(output.QueueUrl) }),
    ...(Array.isArray(output.QueueUrls)
      ? {
          QueueUrls: output.QueueUrls.map(ours).filter((url) => !nameOf(url).startsWith(HIDDEN_QUEUE_PREFIX)),
        }
      : {}),
  };
  return jsonReply(changed, call.headers["content-type"]);
}
