/** AWS Step Functions: state machines. */
import { ALWAYS, PRODUCTION, type Rule, resourceRule, unless } from "../rule.ts";
import { isRecord, listOf, type Subject, textOf, valueAt } from "../stack.ts";
import { STATE_MACHINE } from "./types.ts";

/** What Lambda and the network throw without any fault of the task: https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html */
const TRANSIENT = [
  "Lambda.ClientExecutionTimeoutException",
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
];

interface State {
  readonly name: string;
  readonly value: Record<string, unknown>;
}

/** All states of a machine, those within Map and Parallel states too. */
function statesOf(machine: unknown): readonly State[] {
  const states = valueAt(machine, "States");
  return Object.entries(isRecord(states) ? states : {}).flatMap(([name, value]) => {
    if (!isRecord(value)) return [];
    const inner = [value.ItemProcessor, value.Iterator, ...listOf(value.Branches)];
    return [{ name, value }, ...inner.flatMap(statesOf)];
  });
}

function states(machine: Subject, type: string): readonly State[] {
  return statesOf(machine.json("definition")).filter(({ value }) => value.Type === type);
}

const errorsOf = (handler: unknown) => listOf(valueAt(handler, "ErrorEquals")).map(textOf);

const definitions: readonly Rule[] = [
  resourceRule(
    {
      id: "workflow-time",
      what: "Each task has a time, and the whole execution too.",
      why: "A task that never answers waits for a year, at no cost and unseen.",
      remedy: "Set TimeoutSeconds on every Task and on the state machine.",
      ...ALWAYS,
      types: [STATE_MACHINE],
    },
    (machine) => [
      ...unless(
        valueAt(machine.json("definition"), "TimeoutSeconds") !== undefined,
        "has no time of its own",
      ),
      ...states(machine, "Task").flatMap(({ name, value }) =>
        unless(
          value.TimeoutSeconds !== undefined || value.TimeoutSecondsPath !== undefined,
          `waits for ${name} for a year`,
        ),
      ),
    ],
  ),
  resourceRule(
    {
      id: "workflow-retries",
      what: "Each task is tried again after what Lambda throws without any fault of the task, at times that are spread.",
      why: "An execution would fail over a deployment or a throttled call; without jitter all try again at once.",
      remedy: `Add a Retry for ${TRANSIENT.join(", ")} with JitterStrategy FULL.`,
      ...ALWAYS,
      types: [STATE_MACHINE],
    },
    (machine) =>
      states(machine, "Task").flatMap(({ name, value }) => {
        const retries = listOf(value.Retry).filter((retry) => valueAt(retry, "JitterStrategy") === "FULL");
        const tried = retries.flatMap(errorsOf);
        const missing = tried.includes("States.ALL")
          ? []
          : TRANSIENT.filter((error) => !tried.includes(error));
        return unless(missing.length === 0, `does not try ${name} again after ${missing.join(", ")}`);
      }),
  ),
  resourceRule(
    {
      id: "workflow-catch",
      what: "Whatever a task throws is caught, in the last place by States.ALL.",
      why: "What the workflow did so far would stay half done, and nobody is told.",
      remedy: "Add a Catch whose last entry is States.ALL.",
      ...ALWAYS,
      types: [STATE_MACHINE],
    },
    (machine) =>
      states(machine, "Task").flatMap(({ name, value }) => {
        const handlers = listOf(value.Catch).map(errorsOf);
        const last = handlers.at(-1) ?? [];
        const early = handlers.slice(0, -1).some((errors) => errors.includes("States.ALL"));
        return unless(last.includes("States.ALL") && !early, `does not catch all that ${name} throws`);
      }),
  ),
  resourceRule(
    {
      id: "workflow-default",
      what: "Each choice says what happens when nothing applies.",
      why: "The execution would fail with States.NoChoiceMatched, which a choice cannot catch.",
      remedy: "Set Default on every Choice.",
      ...ALWAYS,
      types: [STATE_MACHINE],
    },
    (machine) =>
      states(machine, "Choice").flatMap(({ name, value }) =>
        unless(textOf(value.Default) !== "", `has no way out of ${name}`),
      ),
  ),
  resourceRule(
    {
      id: "workflow-standard",
      what: "State machines are of the type STANDARD.",
      why: "Executions of EXPRESS machines may run twice, and nobody can look at them afterwards.",
      remedy: 'Set type "STANDARD", or write a waiver that says why every step may run twice.',
      ...ALWAYS,
      types: [STATE_MACHINE],
    },
    (machine) => unless(["", "STANDARD"].includes(machine.text("type")), "may run an execution twice"),
  ),
];

const watching: readonly Rule[] = [
  resourceRule(
    {
      id: "workflow-log",
      what: "Every step is logged.",
      why: "After 90 days an execution's history is gone, and until then it cannot be searched.",
      remedy: 'Set loggingConfiguration with level "ALL" and a logDestination.',
      origin: "SF1, StepFunctions.1, CT.STEPFUNCTIONS.PR.1",
      ...ALWAYS,
      types: [STATE_MACHINE],
    },
    (machine) => unless(machine.text("loggingConfiguration.level") === "ALL", "does not log every step"),
  ),
  resourceRule(
    {
      id: "workflow-no-data-log",
      what: "In production what goes in and out of a step is not logged.",
      why: "It holds personal data, which a log keeps longer than it may and shows to more people. (CKV_AWS_285 asks for the contrary.)",
      remedy: "Leave loggingConfiguration.includeExecutionData false.",
      ...PRODUCTION,
      types: [STATE_MACHINE],
    },
    (machine) =>
      unless(machine.at("loggingConfiguration.includeExecutionData") !== true, "logs what goes in and out"),
  ),
  resourceRule(
    {
      id: "workflow-tracing",
      what: "Executions are traced.",
      why: "A trace shows which step was slow, together with the request that started it.",
      remedy: "Set tracingConfiguration.enabled.",
      origin: "SF2, CKV_AWS_284",
      ...ALWAYS,
      types: [STATE_MACHINE],
    },
    (machine) => unless(machine.at("tracingConfiguration.enabled") === true, "is not traced"),
  ),
];

export const stepFunctions: readonly Rule[] = [...definitions, ...watching];
