/** Answers CloudWatch's API. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/ */
import { notSupported } from "../../core/errors.ts";
import type { AwsCall, AwsReply } from "../../core/service.ts";
import type { Operation } from "./operation.ts";
import { readInput, reply } from "./protocols.ts";

/** @param table operations by name */
export async function answer(call: AwsCall, table: Readonly<Record<string, Operation>>): Promise<AwsReply> {
  const name = call.operation ?? "";
  const operation = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!operation) throw notSupported("cloudwatch", name || call.path);
  return reply(call, await operation(readInput(call), call));
}
