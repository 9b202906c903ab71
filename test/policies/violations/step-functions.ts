/** AWS Step Functions. */
import { type Mutation, replacing } from "./mutation.ts";

const MACHINE = "aws:sfn/stateMachine:StateMachine";

const definition = (from: string | RegExp, to: string) => ({
  type: MACHINE,
  document: { property: "definition", change: replacing(from, to) },
});

export const stepFunctions: readonly Mutation[] = [
  { rule: "workflow-time", ...definition('"TimeoutSeconds":130,', "") },
  { rule: "workflow-time", ...definition(',"TimeoutSeconds":21600', "") },
  { rule: "workflow-retries", ...definition('"JitterStrategy":"FULL"', '"JitterStrategy":"NONE"') },
  { rule: "workflow-retries", ...definition('"Lambda.TooManyRequestsException",', "") },
  { rule: "workflow-catch", ...definition('["States.ALL"]', '["States.TaskFailed"]') },
  { rule: "workflow-catch", ...definition('"Catch":', '"Comment":') },
  {
    rule: "workflow-catch",
    ...definition('"Catch":[', '"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Failed"},'),
  },
  { rule: "workflow-default", ...definition(',"Default":"ImportChunk"', "") },
  { rule: "workflow-standard", type: MACHINE, set: { type: "EXPRESS" } },
  { rule: "workflow-log", type: MACHINE, set: { "loggingConfiguration.level": "ERROR" } },
  {
    rule: "workflow-no-data-log",
    type: MACHINE,
    set: { "loggingConfiguration.includeExecutionData": true },
  },
  { rule: "workflow-tracing", type: MACHINE, set: { "tracingConfiguration.enabled": false } },
];
