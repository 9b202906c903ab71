/** Metrics of calls on tables. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
import type { JsonInput } from "../../core/protocol.ts";
import type { AwsReply, Cloud } from "../../core/service.ts";
import { tableNameOf } from "./arns.ts";

export interface AnsweredCall {
  readonly operation: string;
  readonly input: JsonInput;
  readonly reply: AwsReply & { readonly body: Buffer };
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Records latency, failed conditions and errors; capacity is not counted. Calls on several tables have no table. */
export function recordMetrics(
  { services, clock }: Cloud,
  { operation, input, reply, startedAt }: AnsweredCall,
): void {
  const record = (metric: string, dimensions: Record<string, string>, value: number, unit: string): void =>
    services.cloudwatch.record("AWS/DynamoDB", metric, dimensions, value, unit);
  const table = typeof input.TableName === "string" ? { TableName: tableNameOf(input.TableName) } : undefined;
  const own = { ...table, Operation: operation };
  if (reply.status >= 500) record("SystemErrors", own, 1, "Count");
  else if (reply.status < 400 && table) {
    record("SuccessfulRequestLatency", own, clock.now() - startedAt, "Milliseconds");
  } else if (reply.status >= 400) {
    const isCondition = reply.body.includes("ConditionalCheckFailedException");
    if (isCondition && table) record("ConditionalCheckFailedRequests", table, 1, "Count");
    if (!isCondition) record("UserErrors", {}, 1, "Count");
  }
}
