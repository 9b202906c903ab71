/**
 * AWS services behind a route, without a function in between.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
 */
import { createHash } from "node:crypto";
import { AwsError, notSupported, UserError } from "../../core/errors.ts";
import { arn } from "../../core/names.ts";
import type { Cloud } from "../../core/service.ts";
import type { Answer } from "../apigateway/exchange.ts";
import { callerOf } from "../apigateway/lambda-call.ts";
import type { HttpExchange } from "./exchange.ts";
import { HttpApiError } from "./http-api-error.ts";
import type { HttpIntegration } from "./model.ts";
import { compileSelection } from "./selection.ts";

type Parameters = Readonly<Record<string, string | undefined>>;

interface ServiceCall {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  run(parameters: Parameters, exchange: HttpExchange, credentials: string): Promise<Answer>;
}

const CALLS: Readonly<Record<string, ServiceCall>> = {
  "SQS-SendMessage": {
    required: ["QueueUrl", "MessageBody"],
    optional: ["DelaySeconds", "MessageGroupId", "Region"],
    run: sendMessage,
  },
  "EventBridge-PutEvents": {
    required: ["Detail", "DetailType", "Source"],
    optional: ["EventBusName", "Resources", "Time", "Region"],
    run: putEvents,
  },
  "StepFunctions-StartExecution": {
    required: ["StateMachineArn"],
    optional: ["Name", "Input", "Region"],
    run: startExecution,
  },
};

/** @throws AwsError NotImplemented for another call or parameter; UserError for one that lacks a parameter or a role */
export function compileServiceCall(
  { credentials, requestParameters }: HttpIntegration,
  subtype: string,
): (exchange: HttpExchange) => Promise<Answer> {
  const call = CALLS[subtype];
  if (!call) throw notSupported("apigatewayv2", `the integration ${subtype}`);
  if (credentials === undefined) throw new UserError(`The integration ${subtype} needs a credentialsArn.`);
  const missing = call.required.find((name) => requestParameters[name] === undefined);
  if (missing !== undefined)
    throw new UserError(`The integration ${subtype} needs the parameter ${missing}.`);
  const selections = Object.entries(requestParameters).map(([name, value]) => {
    if (![...call.required, ...call.optional].includes(name))
      throw notSupported("apigatewayv2", `the parameter ${name} of ${subtype}`);
    return [name, compileSelection(value)] as const;
  });
  return async (exchange) => {
    const parameters = Object.fromEntries(selections.map(([name, select]) => [name, select(exchange)]));
    const empty = call.required.find((name) => !parameters[name]);
    if (empty !== undefined)
      throw new HttpApiError(400, "Bad Request", { reason: `${subtype}: ${empty} has no value` });
    try {
      return await call.run(parameters, exchange, credentials);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { ...json({ __type: error.code, message: error.message }), status: error.status };
    }
  };
}

function json(body: unknown): Answer {
  return {
    status: 200,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify(body),
  };
}

async function sendMessage(parameters: Parameters, exchange: HttpExchange, role: string): Promise<Answer> {
  const { cloud, requestId } = exchange;
  const {
    QueueUrl: url = "",
    MessageBody: body = "",
    DelaySeconds: delay,
    MessageGroupId: group,
  } = parameters;
  const queueArn = arn(cloud.world, "sqs", url.slice(url.lastIndexOf("/") + 1));
  cloud.authorize(callerOf(role), [{ action: "sqs:SendMessage", resource: queueArn }]);
  const { messageId } = await cloud.services.sqs.send(queueArn, body, {
    ...(group !== undefined && { messageGroupId: group }),
    ...(delay !== undefined && { delaySeconds: Number(delay) }),
  });
  const md5 = createHash("md5").update(body).digest("hex");
  const result = `<SendMessageResult><MessageId>${messageId}</MessageId><MD5OfMessageBody>${md5}</MD5OfMessageBody></SendMessageResult>`;
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return {
    status: 200,
    headers: { "content-type": "text/xml" },
    body: `<?xml version="1.0"?><SendMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">${result}${metadata}</SendMessageResponse>`,
  };
}

async function putEvents(parameters: Parameters, exchange: HttpExchange, role: string): Promise<Answer> {
  const { cloud } = exchange;
  const { Source: source = "", DetailType: detailType = "", Detail: detail = "", Time: time } = parameters;
  const { Resources: resources } = parameters;
  const bus = busName(parameters.EventBusName);
  const context = { "events:source": source, "events:detail-type": detailType };
  const resource = arn(cloud.world, "events", `event-bus/${bus}`);
  cloud.authorize(callerOf(role), [{ action: "events:PutEvents", resource, context }]);
  const event = {
    source,
    detailType,
    detail: parsed(detail, "Detail"),
    ...(time !== undefined && { time }),
    ...(resources !== undefined && { resources: parsed(resources, "Resources") as string[] }),
  };
  const { eventId } = await cloud.services.events.put(event, bus);
  return json({ Entries: [{ EventId: eventId }], FailedEntryCount: 0 });
}

function busName(nameOrArn = "default"): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}

async function startExecution(parameters: Parameters, exchange: HttpExchange, role: string): Promise<Answer> {
  const { cloud } = exchange;
  const { StateMachineArn: resource = "", Name: name, Input: input = "{}" } = parameters;
  cloud.authorize(callerOf(role), [{ action: "states:StartExecution", resource }]);
  const options = { ...(name !== undefined && { name }), source: "apigateway" };
  const { executionArn } = await cloud.services.states.start(resource, parsed(input, "Input"), options);
  return json({ executionArn, startDate: secondsOf(cloud) });
}

function secondsOf({ clock }: Cloud): number {
  return clock.now() / 1000;
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpApiError(400, "Bad Request", { reason: `${name} is not JSON` });
  }
}
