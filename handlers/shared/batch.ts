/** Batches of records, of which those that failed are delivered again and the others are not. */
import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type {
  Context,
  DynamoDBBatchResponse,
  DynamoDBRecord,
  DynamoDBStreamEvent,
  SQSBatchResponse,
  SQSEvent,
  SQSRecord,
} from "aws-lambda";
import { logger } from "./logger.ts";

/** A batch that failed as a whole is reported as its records, so that a poisoned record is no error of the function. */
const OPTIONS = { throwOnFullBatchFailure: false };

/**
 * The handler of an SQS queue.
 * @param process handles one message: returning means done, throwing means deliver it again
 */
export function queueHandler(process: (record: SQSRecord) => Promise<void>) {
  const processor = new BatchProcessor(EventType.SQS);
  const logged = logging(process, ({ messageId }) => ({ messageId }));
  return (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    logger.addContext(context);
    return processPartialResponse(event, logged, processor, OPTIONS);
  };
}

/**
 * The handler of a DynamoDB stream. All records of a batch are processed at the same time.
 * @param process handles one record: returning means done, throwing means deliver it and those after it again
 */
export function streamHandler(process: (record: DynamoDBRecord) => Promise<void>) {
  const processor = new BatchProcessor(EventType.DynamoDBStreams);
  const logged = logging(process, ({ eventID }) => ({ eventId: eventID }));
  return (event: DynamoDBStreamEvent, context: Context): Promise<DynamoDBBatchResponse> => {
    logger.addContext(context);
    return processPartialResponse(event, logged, processor, OPTIONS);
  };
}

function logging<Record>(
  process: (record: Record) => Promise<void>,
  identify: (record: Record) => { readonly [name: string]: string | undefined },
) {
  return async (record: Record): Promise<void> => {
    try {
      await process(record);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      logger.error("A record failed and will be delivered again", { ...identify(record), error: cause });
      throw error;
    }
  };
}
