/**
 * Queues behind a method: the request template makes an SQS call in the form encoding of its query protocol.
 * https://docs.aws.amazon.com/prescriptive-guidance/latest/patterns/integrate-amazon-api-gateway-with-amazon-sqs-to-handle-asynchronous-rest-apis.html
 */
import { createHash } from "node:crypto";
import type { MessageAttribute } from "../../core/apis.ts";
import { AwsError } from "../../core/errors.ts";
import { within } from "./deadline.ts";
import type { Exchange } from "./exchange.ts";
import { configurationError } from "./gateway-error.ts";
import type { Integrate } from "./integrations.ts";
import { callerOf } from "./lambda-call.ts";
import { compileRequestMapping, compileResponseMapping } from "./mapping.ts";
import type { Method } from "./model.ts";

/** ARN of the queue in `arn:aws:apigateway:<region>:sqs:path/<account>/<queue>`; undefined for another URI. */
export function sqsQueueOf(uri: string): string | undefined {
  const [, region, account, queue] =
    /^arn:aws:apigateway:([\w-]+):sqs:path\/(\d+)\/([\w.-]+)$/.exec(uri) ?? [];
  return queue === undefined ? undefined : `arn:aws:sqs:${region}:${account}:${queue}`;
}

export function sqsIntegration(method: Method): Integrate {
  const { uri, credentials, timeoutMilliseconds } = method.integration;
  const queueArn = sqsQueueOf(uri) ?? "";
  const mapRequest = compileRequestMapping(method);
  const mapResponse = compileResponseMapping(method);
  return async (exchange) => {
    const { clock } = exchange.cloud;
    const startedAt = clock.now();
    const form = new URLSearchParams(mapRequest(exchange));
    const answer = await within(clock, timeoutMilliseconds, call(exchange, queueArn, credentials, form));
    exchange.backend = { status: answer.status, latency: clock.now() - startedAt };
    const body = JSON.stringify(answer.body);
    return mapResponse(exchange, String(answer.status), {
      headers: { "content-type": "application/json" },
      body,
    });
  };
}

interface SqsAnswer {
  readonly status: number;
  readonly body: unknown;
}

const NUMBERED = /^MessageAttribute\.(\d+)\.(Name|Value\.(?:DataType|StringValue|BinaryValue))$/;

const PARAMETERS = new Set([
  "Action",
  "MessageBody",
  "DelaySeconds",
  "MessageGroupId",
  "QueueUrl",
  "Version",
]);

/** What SQS refuses is an answer of the backend too, which the integration's responses map. */
async function call(
  exchange: Exchange,
  queueArn: string,
  credentials: string | undefined,
  form: URLSearchParams,
): Promise<SqsAnswer> {
  refuseUnsupported(form);
  const body = form.get("MessageBody") ?? "";
  const { cloud, requestId } = exchange;
  try {
    if (body === "")
      throw new AwsError("MissingParameter", "The request must contain the parameter MessageBody.");
    cloud.authorize(callerOf(credentials), [{ action: "sqs:SendMessage", resource: queueArn }]);
    const messageGroupId = form.get("MessageGroupId");
    const { messageId } = await cloud.services.sqs.send(queueArn, body, {
      messageAttributes: attributesOf(form),
      ...(messageGroupId !== null && { messageGroupId }),
      ...(form.has("DelaySeconds") && { delaySeconds: Number(form.get("DelaySeconds")) }),
    });
    const MD5OfMessageBody = createHash("md5").update(body).digest("hex");
    const SendMessageResult = { MD5OfMessageBody, MessageId: messageId };
    const ResponseMetadata = { RequestId: requestId };
    return { status: 200, body: { SendMessageResponse: { ResponseMetadata, SendMessageResult } } };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const details = { Code: error.code, Message: error.message, Type: "Sender" };
    return { status: error.status, body: { Error: details, RequestId: requestId } };
  }
}

function refuseUnsupported(form: URLSearchParams): void {
  if (form.get("Action") !== "SendMessage")
    throw configurationError(`The local cloud does not support sqs:${form.get("Action")} behind a method`);
  for (const name of form.keys())
    if (!PARAMETERS.has(name) && !NUMBERED.test(name))
      throw configurationError(`The local cloud does not support the parameter ${name} of sqs:SendMessage`);
}

function attributesOf(form: URLSearchParams): Record<string, MessageAttribute> {
  const numbers = new Set([...form.keys()].flatMap((name) => NUMBERED.exec(name)?.[1] ?? []));
  return Object.fromEntries(
    [...numbers].map((number) => {
      const member = (name: string) => form.get(`MessageAttribute.${number}.${name}`);
      const text = member("Value.StringValue");
      const binary = member("Value.BinaryValue");
      const attribute = {
        DataType: member("Value.DataType") ?? "String",
        ...(text !== null && { StringValue: text }),
        ...(binary !== null && { BinaryValue: binary }),
      };
      return [member("Name") ?? "", attribute];
    }),
  );
}
