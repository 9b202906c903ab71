/**
 * Last step of the import workflow: ends the import and reports it.
 *
 * - TASKS_TABLE: UpdateItem
 * - IMPORT_REPORTS_TOPIC_ARN: Publish
 */
import type { Context } from "aws-lambda";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";
import type { Topic } from "../shared/topic.ts";
import { openTopic } from "../shared/topic.ts";
import type { ImportResult } from "./import-store.ts";
import { finishAndReport } from "./imports/report.ts";
import type { ImportState, Step } from "./imports/state.ts";

/** What the workflow ends with. */
export type Finished = Pick<ImportState, "importId" | "created" | "rejected"> & Pick<ImportResult, "status">;

const env = readEnv(["TASKS_TABLE", "IMPORT_REPORTS_TOPIC_ARN"]);
const table = openTable(env.TASKS_TABLE);
const topic = openTopic(env.IMPORT_REPORTS_TOPIC_ARN);

/** Ends an import whose rows have all been read. */
export async function reportImport(
  { execution, state }: Step<ImportState>,
  table: Table,
  topic: Topic,
): Promise<Finished> {
  const { importId, created, rejected, errors } = state;
  const result = { ...verdict(created, rejected), created, rejected, errors };
  await finishAndReport(importId, execution, result, table, topic);
  return { importId, status: result.status, created, rejected };
}

function verdict(created: number, rejected: number): Pick<ImportResult, "status" | "reason"> {
  if (created + rejected === 0) return { status: "failed", reason: "The file has no rows." };
  if (created === 0) return { status: "failed", reason: "No row could be imported." };
  return { status: rejected > 0 ? "partial" : "completed" };
}

export const handler = (step: Step<ImportState>, context: Context): Promise<Finished> => {
  logger.addContext(context);
  return reportImport(step, table, topic);
};
