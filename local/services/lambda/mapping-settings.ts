/** An event source mapping as its resource describes it. */

import type { Resource } from "../../core/graph.ts";
import { compilePattern } from "../../core/matcher.ts";
import { listOf, membersOf, numberOf, textOf } from "./properties.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html */
export interface MappingSettings {
  readonly uuid: string;
  readonly enabled: boolean;
  readonly sourceArn: string;
  readonly functionArn: string;
  readonly batchSize: number;
  readonly windowMilliseconds: number;
  readonly reportsItemFailures: boolean;
  /** Batches handled at the same time; queues only. */
  readonly maximumConcurrency: number;
  readonly startingPosition: "TRIM_HORIZON" | "LATEST";
  /** -1 for as often as it takes. */
  readonly maximumRetryAttempts: number;
  /** Undefined for any age. */
  readonly maximumAgeMilliseconds?: number;
  readonly bisects: boolean;
  readonly onFailure?: string;
  /** Whether any filter lets a record pass; undefined without filters. */
  readonly filter?: (record: unknown) => boolean;
}

/** Lambda begins with five pollers for a queue and adds more only under load. */
const DEFAULT_CONCURRENCY = 5;

/** @throws AwsError InvalidEventPatternException when a filter is wrong */
export function readMapping({ outputs }: Resource): MappingSettings {
  const age = numberOf(outputs.maximumRecordAgeInSeconds) ?? -1;
  const onFailure = textOf(membersOf(membersOf(outputs.destinationConfig).onFailure).destinationArn);
  const filter = filterOf(outputs);
  return {
    uuid: textOf(outputs.uuid) ?? "",
    enabled: outputs.enabled !== false,
    sourceArn: textOf(outputs.eventSourceArn) ?? "",
    functionArn: textOf(outputs.functionArn) ?? "",
    batchSize: numberOf(outputs.batchSize) ?? 10,
    windowMilliseconds: (numberOf(outputs.maximumBatchingWindowInSeconds) ?? 0) * 1000,
    reportsItemFailures: listOf(outputs.functionResponseTypes).includes("ReportBatchItemFailures"),
    maximumConcurrency: numberOf(membersOf(outputs.scalingConfig).maximumConcurrency) ?? DEFAULT_CONCURRENCY,
    startingPosition: outputs.startingPosition === "LATEST" ? "LATEST" : "TRIM_HORIZON",
    maximumRetryAttempts: numberOf(outputs.maximumRetryAttempts) ?? -1,
    ...(age < 0 ? {} : { maximumAgeMilliseconds: age * 1000 }),
    bisects: outputs.bisectBatchOnFunctionError === true,
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(filter ? { filter } : {}),
  };
}

function filterOf(outputs: Resource["outputs"]): ((record: unknown) => boolean) | undefined {
  const patterns = listOf(membersOf(outputs.filterCriteria).filters).map((item) => membersOf(item).pattern);
  if (patterns.length === 0) return undefined;
  const filters = patterns.map((pattern) => compilePattern(pattern));
  return (record) => filters.some((matches) => matches(record));
}

/** Names of settings that the local cloud does not carry out. */
export function unsupportedSettings({ outputs }: Resource): string[] {
  const names = ["tumblingWindowInSeconds", "provisionedPollerConfig", "startingPositionTimestamp"];
  return names.filter((name) => outputs[name] !== undefined && outputs[name] !== 0);
}
