/** The interpreter of state machines on the clock of the local cloud; it is to be called within `onClock`. */
import "../../real-parts/package-time.ts";

type Interpreter = typeof import("aws-local-stepfunctions");

/** An instance of its own: one that was loaded before `package-time.ts` would go by the wall clock. */
const url = `${import.meta.resolve("aws-local-stepfunctions")}?local-cloud`;

export const { ExecutionAbortedError, ExecutionTimeoutError, StateMachine } = (await import(
  url
)) as Interpreter;
