/** SNS topics. Messages that are published at the same time travel together. */
import type { PublishBatchRequestEntry } from "@aws-sdk/client-sns";
import { PublishBatchCommand, SNSClient } from "@aws-sdk/client-sns";
import { clientSettings } from "./aws-client.ts";

/** One message: programs get it as JSON, people by e-mail get a text. */
export interface TopicMessage {
  readonly subject: string;
  readonly event: unknown;
  readonly email: string;
  /** Message attributes, which subscriptions filter by. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Topic {
  /** Resolves once SNS has taken the message. */
  publish(message: TopicMessage): Promise<void>;
}

interface Waiting {
  readonly entry: Omit<PublishBatchRequestEntry, "Id">;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html: ten entries, 256 KB, attributes included. */
const MAX_ENTRIES = 10;
const MAX_BYTES = 240_000;

export function openTopic(arn: string): Topic {
  const client = new SNSClient(clientSettings(3000));
  return batchingTopic(async (entries) => {
    const { Failed = [] } = await client.send(
      new PublishBatchCommand({ TopicArn: arn, PublishBatchRequestEntries: [...entries] }),
    );
    return new Map(Failed.map(({ Id = "", Code = "unknown" }) => [Id, Code]));
  });
}

/** @param send sends a batch and returns the error codes of the entries that failed, by their ids */
export function batchingTopic(
  send: (entries: readonly PublishBatchRequestEntry[]) => Promise<ReadonlyMap<string, string>>,
): Topic {
  let waiting: Waiting[] = [];
  const flush = () => {
    const batches = inBatches(waiting);
    waiting = [];
    for (const batch of batches) void deliver(batch, send);
  };
  return {
    publish(message) {
      const entry = toEntry(message);
      const bytes = Buffer.byteLength(JSON.stringify(entry));
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ entry, bytes, resolve, reject });
      });
    },
  };
}

async function deliver(batch: readonly Waiting[], send: Parameters<typeof batchingTopic>[0]): Promise<void> {
  try {
    const failed = await send(batch.map(({ entry }, index) => ({ ...entry, Id: String(index) })));
    for (const [index, { resolve, reject }] of batch.entries()) {
      const code = failed.get(String(index));
      if (code === undefined) resolve();
      else reject(new Error(`SNS did not take the message: ${code}`));
    }
  } catch (error) {
    for (const { reject } of batch) reject(error instanceof Error ? error : new Error(String(error)));
  }
}

function inBatches(messages: readonly Waiting[]): Waiting[][] {
  const batches: Waiting[][] = [];
  let room = 0;
  for (const message of messages) {
    const last = batches.at(-1);
    if (last && last.length < MAX_ENTRIES && message.bytes <= room) last.push(message);
    else batches.push([message]);
    room = (batches.at(-1)?.length === 1 ? MAX_BYTES : room) - message.bytes;
  }
  return batches;
}

function toEntry({ subject, event, email, attributes }: TopicMessage): Omit<PublishBatchRequestEntry, "Id"> {
  return {
    Subject: asciiSubject(subject),
    MessageStructure: "json",
    Message: JSON.stringify({ default: JSON.stringify(event), email }),
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
    ),
  };
}

/** SNS takes subjects of less than 100 ASCII characters in one line: letters lose their accents, the rest becomes `?`. */
function asciiSubject(text: string): string {
  const plain = text.normalize("NFD").replace(/\p{Mn}/gu, "");
  return plain
    .replace(/[^\x20-\x7e]/gu, "?")
    .slice(0, 99)
    .trimEnd();
}
