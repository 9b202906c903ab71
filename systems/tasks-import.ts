/** The CSV import of the task manager, as a workflow. */
import type { State, StateMachineDefinition } from "../components/workflow-states.ts";
import { lambdaTask } from "../components/workflow-states.ts";

/** The functions of an import. Each gets `{ execution, state }` and answers the next state. */
export type ImportStep = "begin" | "chunk" | "report" | "fail";

/** Seconds that each step may take, a little longer than its function's own time-out. */
const STEP_SECONDS = 35;
const CHUNK_SECONDS = 130;

/** Failures of a step that another try mends: what it did before is found done. */
const RETRIES = ["Sandbox.Timedout", "Runtime.ExitError", "States.Timeout"];

const STEP_INPUT = { "execution.$": "$$.Execution.Id", "state.$": "$" };

/**
 * begin → chunk, chunk, … → report. A file that cannot be read ends the import, not the workflow, as failed; an error
 * that retries do not mend ends both.
 */
export function importDefinition(arns: Readonly<Record<ImportStep, string>>): StateMachineDefinition {
  return {
    Comment: "Creates tasks from the rows of a CSV file.",
    StartAt: "Begin",
    States: {
      Begin: step(arns.begin, "IsForUs"),
      IsForUs: {
        Type: "Choice",
        Choices: [
          { Variable: "$.action", StringEquals: "skip", Next: "Skipped" },
          { Variable: "$.action", StringEquals: "fail", Next: "Refuse" },
        ],
        Default: "ImportChunk",
      },
      ImportChunk: step(arns.chunk, "HasMore", CHUNK_SECONDS),
      HasMore: {
        Type: "Choice",
        Choices: [
          { Variable: "$.action", StringEquals: "fail", Next: "Refuse" },
          { Variable: "$.done", BooleanEquals: true, Next: "Report" },
        ],
        Default: "ImportChunk",
      },
      Report: step(arns.report, "Imported"),
      Refuse: step(arns.fail, "Refused"),
      Fail: step(arns.fail, "Failed"),
      Imported: { Type: "Succeed" },
      Refused: { Type: "Succeed" },
      Skipped: { Type: "Succeed" },
      Failed: { Type: "Fail", Error: "ImportFailed", Cause: "The import's own record says why." },
    },
  };
}

function step(arn: string, next: string, timeoutSeconds = STEP_SECONDS): State {
  const catchNext = next === "Failed" ? "Failed" : "Fail";
  return lambdaTask(arn, { timeoutSeconds, next, catchNext, retryErrors: RETRIES, parameters: STEP_INPUT });
}
