/** What event source mappings hand to functions. Shapes: `@types/aws-lambda`. */
import type {
  DynamoDBRecord,
  DynamoDBStreamEvent,
  SQSEvent,
  SQSMessageAttributes,
  SQSRecord,
  SQSRecordAttributes,
} from "aws-lambda";
import type { ReceivedMessage } from "../../core/apis.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
export function sqsRecord(message: ReceivedMessage, queueArn: string): SQSRecord {
  const attributes: SQSRecordAttributes = {
    ApproximateReceiveCount: "1",
    SentTimestamp: "0",
    SenderId: "",
    ApproximateFirstReceiveTimestamp: "0",
    ...message.attributes,
  };
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes,
    messageAttributes: messageAttributes(message),
    md5OfBody: message.md5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(":")[3] ?? "",
  };
}

function messageAttributes(message: ReceivedMessage): SQSMessageAttributes {
  const entries = Object.entries(message.messageAttributes).map(([name, attribute]) => {
    const { DataType: dataType, StringValue: stringValue, BinaryValue: binaryValue } = attribute;
    const value = {
      ...(stringValue === undefined ? {} : { stringValue }),
      ...(binaryValue === undefined ? {} : { binaryValue }),
      stringListValues: [],
      binaryListValues: [],
      dataType,
    };
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}

export function sqsEvent(records: readonly SQSRecord[]): SQSEvent {
  return { Records: [...records] };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
export function streamEvent(records: readonly DynamoDBRecord[], streamArn: string): DynamoDBStreamEvent {
  const awsRegion = streamArn.split(":")[3] ?? "";
  const common = { eventVersion: "1.1", eventSource: "aws:dynamodb", awsRegion };
  return { Records: records.map((record) => ({ ...common, ...record, eventSourceARN: streamArn })) };
}
