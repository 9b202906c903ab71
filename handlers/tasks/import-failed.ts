/**
 * Step of the import workflow for files that cannot be imported and for errors that no retry has mended: ends the import
 * as failed and reports it. Tasks that were created before stay.
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
import type { Uploaded } from "./import-begin.ts";
import type { ImportResult } from "./import-store.ts";
import { finishAndReport } from "./imports/report.ts";
import type { Failure, ImportState, Step } from "./imports/state.ts";
import { parseImportObject } from "./objects.ts";

/** A failure, or whatever state the workflow was in when a step failed. */
type Broken = Failure | ImportState | Uploaded;

const INTERNAL =
  "The import was broken off by an internal error. Rows after the last one counted were not read.";

const env = readEnv(["TASKS_TABLE", "IMPORT_REPORTS_TOPIC_ARN"]);
const table = openTable(env.TASKS_TABLE);
const topic = openTopic(env.IMPORT_REPORTS_TOPIC_ARN);

/** Ends an import that cannot go on. */
export async function failImport(
  { execution, state }: Step<Broken>,
  table: Table,
  topic: Topic,
): Promise<void> {
  const importId = "importId" in state ? state.importId : parseImportObject(state.detail.object.key);
  if (importId === undefined) return;
  const isEnded = await finishAndReport(
    importId,
    execution,
    { status: "failed", ...causeOf(state) },
    table,
    topic,
  );
  if (!isEnded) logger.warn("The import is unknown, or not this execution's to end", { importId });
}

function causeOf(state: Broken): Omit<ImportResult, "status"> {
  if (!("reason" in state)) return { reason: INTERNAL };
  const { reason, created, rejected, errors } = state;
  return { reason, created, rejected, errors };
}

export const handler = (step: Step<Broken>, context: Context): Promise<void> => {
  logger.addContext(context);
  return failImport(step, table, topic);
};
