import type { Table } from "../../shared/dynamo.ts";
import { count } from "../../shared/metrics.ts";
import type { Topic, TopicMessage } from "../../shared/topic.ts";
import type { ImportItem, ImportResult } from "../import-store.ts";
import { finishImport, markReported } from "../import-store.ts";

/**
 * Ends an import, then reports it. It may be called again: the report is sent once, or twice at worst when the function
 * died just after sending it.
 * @returns false when the import is not this execution's to end
 */
export async function finishAndReport(
  importId: string,
  execution: string,
  result: ImportResult,
  table: Table,
  topic: Topic,
): Promise<boolean> {
  const outcome = await finishImport(table, importId, execution, result, new Date());
  if (outcome.status === "refused") return false;
  const { output } = outcome;
  if (output.reportedAt === undefined) {
    await topic.publish(reportMessage(output));
    await markReported(table, importId, new Date());
    count({ RowsImported: output.created, RowsRejected: output.rejected });
  }
  return true;
}

function reportMessage({
  importId,
  fileName,
  status,
  created,
  rejected,
  errors,
  reason,
  correlationId,
}: ImportItem): TopicMessage {
  const lines = errors.map((error) => `Line ${error.line}: ${error.reason}`);
  const more = rejected > errors.length ? [`… and ${rejected - errors.length} more`] : [];
  return {
    subject: `Import of ${fileName}: ${status}`,
    event: {
      eventId: `import-finished-${importId}`,
      type: "ImportFinished",
      version: 1,
      importId,
      fileName,
      status,
      created,
      rejected,
      errors,
      reason,
      correlationId,
    },
    email: [
      `The import ${importId} of ${fileName} is ${status}.`,
      ...(reason === undefined ? [] : [reason]),
      `Tasks created: ${created}\nRows rejected: ${rejected}`,
      ...(lines.length > 0 ? [[...lines, ...more].join("\n")] : []),
    ].join("\n\n"),
    attributes: { type: "ImportFinished", status },
  };
}
