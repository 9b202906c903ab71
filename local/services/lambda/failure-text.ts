import { membersOf, textOf } from "./properties.ts";

/** What went wrong, in one line: the message of a failed invocation's payload, without its stack trace. */
export function failureText(payload: string): string {
  const { errorType, errorMessage } = membersOf(JSON.parse(payload));
  return textOf(errorMessage) ?? textOf(errorType) ?? payload;
}
