/**
 * Hands a batch of a stream to a function until it is done, given up or stopped.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
import type { DynamoDBRecord } from "aws-lambda";
import type { Cloud } from "../../core/service.ts";
import { withTraces } from "../../core/trace.ts";
import { itemFailures } from "./batch-response.ts";
import type { Destinations } from "./destinations.ts";
import { streamEvent } from "./events.ts";
import { parseFunctionName } from "./function-arn.ts";
import type { DetailedInvocation, Invoker } from "./invoker.ts";
import type { MappingSettings } from "./mapping-settings.ts";
import type { Registry } from "./registry.ts";

export interface StreamContext {
  readonly cloud: Cloud;
  readonly registry: Registry;
  readonly invoker: Invoker;
  readonly destinations: Destinations;
  readonly mapping: MappingSettings;
  readonly shardId: string;
  readonly signal: AbortSignal;
  /** Waits on the clock before the next attempt. */
  readonly rest: (milliseconds: number) => Promise<void>;
  /** Called with the sequence number up to which all is done. */
  readonly checkpoint: (sequenceNumber: string) => void;
}

type Records = readonly DynamoDBRecord[];
type Condition = "RetryAttemptsExhausted" | "RecordAgeExceeded";

const FIRST_RETRY_MILLISECONDS = 200;
const MAX_RETRY_MILLISECONDS = 10_000;

/** Handles records in order. Ends when they are done, given up, or the signal is aborted. */
export async function handleBatch(context: StreamContext, batch: Records): Promise<void> {
  const { filter } = context.mapping;
  const wanted = filter ? batch.filter(filter) : batch;
  const traces = wanted.map((record) => context.cloud.services.dynamodb.traceOf(record));
  await withTraces(traces, () => handle(context, wanted, 0));
  if (!context.signal.aborted) done(context, batch);
}

/** @param attempts how often these records have failed together */
async function handle(context: StreamContext, records: Records, attempts: number): Promise<void> {
  let remaining = await dropAged(context, records);
  let failed = attempts;
  while (remaining.length > 0 && !context.signal.aborted) {
    const attempt = await invoke(context, remaining);
    if (attempt.firstFailed === undefined) return done(context, remaining);
    if (context.signal.aborted) return;
    done(context, remaining.slice(0, attempt.firstFailed));
    remaining = remaining.slice(attempt.firstFailed);
    const halves = context.mapping.bisects && attempt.firstFailed === 0 && remaining.length > 1;
    if (halves) return bisect(context, remaining, failed);
    failed += 1;
    const { maximumRetryAttempts } = context.mapping;
    if (maximumRetryAttempts >= 0 && failed > maximumRetryAttempts) {
      return giveUp(context, remaining, "RetryAttemptsExhausted", failed, attempt.invocation);
    }
    const delay = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (failed - 1), MAX_RETRY_MILLISECONDS);
    await context.rest(delay);
    remaining = await dropAged(context, remaining);
  }
}

/** Splitting a batch does not count as an attempt. */
async function bisect(context: StreamContext, records: Records, attempts: number): Promise<void> {
  const middle = Math.ceil(records.length / 2);
  await handle(context, records.slice(0, middle), attempts);
  if (!context.signal.aborted) await handle(context, records.slice(middle), attempts);
}

interface Attempt {
  /** Index of the first record that has to be handled again; undefined when all is well. */
  readonly firstFailed: number | undefined;
  readonly invocation: DetailedInvocation | undefined;
}

async function invoke(
  { cloud, invoker, mapping, shardId }: StreamContext,
  records: Records,
): Promise<Attempt> {
  const event = streamEvent(records, mapping.sourceArn);
  const FunctionName = parseFunctionName(mapping.functionArn)?.name ?? mapping.functionArn;
  const age = Math.max(0, cloud.clock.now() - createdAt(records.at(-1) ?? {}));
  cloud.services.cloudwatch.record("AWS/Lambda", "IteratorAge", { FunctionName }, age, "Milliseconds");
  const source = `dynamodb stream ${mapping.sourceArn.split("/")[1]} (${records.length})`;
  try {
    const deliver = () => invoker.invoke(mapping.functionArn, JSON.stringify(event), source);
    const invocation = await cloud.faults.deliver(mapping.sourceArn, mapping.functionArn, deliver);
    if (invocation.functionError !== undefined) return { firstFailed: 0, invocation };
    const firstFailed = mapping.reportsItemFailures ? firstFailure(invocation.payload, records) : undefined;
    return { firstFailed, invocation };
  } catch (error) {
    const message = `${shardId}: ${error instanceof Error ? error.message : String(error)}`;
    cloud.log({ kind: "error", source: mapping.functionArn, message });
    return { firstFailed: 0, invocation: undefined };
  }
}

/** The lowest sequence number that failed: from it on the stream is read again. */
function firstFailure(payload: string, records: Records): number | undefined {
  const numbers = records.map(sequenceNumber);
  const failures = itemFailures(payload, new Set(numbers));
  if (failures === "all") return 0;
  const index = numbers.findIndex((number) => failures.has(number));
  return index < 0 ? undefined : index;
}

function done({ checkpoint }: StreamContext, records: Records): void {
  const last = records.at(-1);
  if (last) checkpoint(sequenceNumber(last));
}

/** Gives up the records that are too old. @returns the others */
async function dropAged(context: StreamContext, records: Records): Promise<Records> {
  const { maximumAgeMilliseconds } = context.mapping;
  if (maximumAgeMilliseconds === undefined) return records;
  const oldest = context.cloud.clock.now() - maximumAgeMilliseconds;
  const aged = records.filter((record) => createdAt(record) < oldest);
  if (aged.length > 0) await giveUp(context, aged, "RecordAgeExceeded", 0, undefined);
  return records.filter((record) => createdAt(record) >= oldest);
}

async function giveUp(
  context: StreamContext,
  records: Records,
  condition: Condition,
  attempts: number,
  invocation: DetailedInvocation | undefined,
): Promise<void> {
  const { cloud, mapping, destinations, registry } = context;
  done(context, records);
  const message = `${records.length} records given up: ${condition}`;
  cloud.log({ kind: "warning", source: mapping.functionArn, message });
  if (mapping.onFailure === undefined) return;
  const { role } = registry.resolve(mapping.functionArn).fn.settings;
  const record = failureRecord(context, records, condition, attempts, invocation);
  await destinations.deliver(mapping.onFailure, role, mapping.functionArn, record, "Failure");
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html#services-dynamodb-errors-retain */
function failureRecord(
  { cloud, mapping, shardId }: StreamContext,
  records: Records,
  condition: Condition,
  attempts: number,
  invocation: DetailedInvocation | undefined,
): object {
  const [first, last] = [records[0] ?? {}, records.at(-1) ?? {}];
  const functionError = invocation?.functionError;
  return {
    requestContext: {
      requestId: invocation?.requestId ?? "",
      functionArn: mapping.functionArn,
      condition,
      approximateInvokeCount: attempts,
    },
    ...(invocation && {
      responseContext: {
        statusCode: 200,
        executedVersion: invocation.executedVersion,
        ...(functionError === undefined ? {} : { functionError }),
      },
    }),
    version: "1.0",
    timestamp: new Date(cloud.clock.now()).toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: sequenceNumber(first),
      endSequenceNumber: sequenceNumber(last),
      approximateArrivalOfFirstRecord: new Date(createdAt(first)).toISOString(),
      approximateArrivalOfLastRecord: new Date(createdAt(last)).toISOString(),
      batchSize: records.length,
      streamArn: mapping.sourceArn,
    },
  };
}

function sequenceNumber(record: DynamoDBRecord): string {
  return record.dynamodb?.SequenceNumber ?? "";
}

/** Milliseconds since the epoch; the record says seconds. */
function createdAt(record: DynamoDBRecord): number {
  return (record.dynamodb?.ApproximateCreationDateTime ?? 0) * 1000;
}
