/** Parts of a state machine's definition: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html */

/** A state, as the Amazon States Language writes it. */
export type State = Readonly<Record<string, unknown>> & { readonly Type: string };

/** A state machine, or the processor of a Map or a branch of a Parallel state. */
export interface StateMachineDefinition {
  readonly Comment?: string;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  /** Seconds after which the whole execution fails. `Workflow` sets it. */
  readonly TimeoutSeconds?: number;
}

export interface LambdaTaskOptions {
  /** Longest wait for the function's answer; longer than the function's own time-out. */
  readonly timeoutSeconds: number;
  /** Where failures go once they are no longer tried again; the error is in `$.error` there. */
  readonly catchNext: string;
  /** The state that follows. @default the machine ends here */
  readonly next?: string;
  /** Errors of the function's own that are worth another try, by name. @default none */
  readonly retryErrors?: readonly string[];
  /** What the function gets. @default the state's input */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Where the function's answer goes. @default it replaces the state's input */
  readonly resultPath?: string | null;
}

/**
 * Errors of Lambda itself, that say nothing of the function's work. Each is worth another try.
 * https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
 */
const TRANSIENT_ERRORS = [
  "Lambda.ClientExecutionTimeoutException",
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
];

const RETRY = {
  IntervalSeconds: 1,
  MaxAttempts: 6,
  BackoffRate: 2,
  MaxDelaySeconds: 30,
  JitterStrategy: "FULL",
};

/**
 * A Task that invokes a function, waits a bounded time, tries transient errors again with full jitter and hands every
 * other failure to a state of the machine. The function must be idempotent: Step Functions may invoke it twice.
 * @param aliasArn of the function's alias, as `Workflow` hands it to the definition
 */
export function lambdaTask(aliasArn: string, options: LambdaTaskOptions): State {
  const { parameters, resultPath, next } = options;
  return {
    Type: "Task",
    Resource: aliasArn,
    TimeoutSeconds: options.timeoutSeconds,
    ...(parameters !== undefined && { Parameters: parameters }),
    ...(resultPath !== undefined && { ResultPath: resultPath }),
    Retry: [{ ErrorEquals: [...TRANSIENT_ERRORS, ...(options.retryErrors ?? [])], ...RETRY }],
    Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: options.catchNext }],
    ...(next === undefined ? { End: true } : { Next: next }),
  };
}

/** What a definition lacks to be bounded and to fail in the open; each mistake names its state. */
export function mistakesInDefinition(definition: StateMachineDefinition): string[] {
  const names = Object.keys(definition.States);
  const unknown = names.includes(definition.StartAt)
    ? []
    : [`StartAt "${definition.StartAt}" is not a state`];
  return [
    ...unknown,
    ...Object.entries(definition.States).flatMap(([name, state]) => [
      ...successorsOf(state)
        .filter((next) => !names.includes(next))
        .map((next) => `state "${name}" goes on to "${next}", which is not a state`),
      ...mistakesInState(name, state),
      ...nestedIn(state).flatMap(mistakesInDefinition),
    ]),
  ];
}

function successorsOf(state: State): string[] {
  const rules = [state.Catch, state.Choices].flatMap((list) => (Array.isArray(list) ? list : []));
  const targets = [state.Next, state.Default, ...rules.map((rule) => rule.Next)];
  return targets.filter((target): target is string => typeof target === "string");
}

function mistakesInState(name: string, state: State): string[] {
  const required: Readonly<Record<string, readonly string[]>> = {
    Task: ["TimeoutSeconds", "Retry", "Catch"],
    Choice: ["Default"],
  };
  return (required[state.Type] ?? [])
    .filter((field) => state[field] === undefined)
    .map((field) => `state "${name}" has no ${field}`);
}

function nestedIn(state: State): StateMachineDefinition[] {
  const nested = [state.ItemProcessor, ...(Array.isArray(state.Branches) ? state.Branches : [])];
  return nested.filter((part): part is StateMachineDefinition => typeof part === "object" && part !== null);
}
