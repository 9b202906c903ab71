/** Faults of invocations, as the environment and the invoker carry them out. */
import type { InvocationEffect } from "../../core/faults.ts";
import type { Disturbance, Outcome } from "./environment.ts";

/** What a fault makes of an invocation. */
export interface FaultyInvocation extends Disturbance {
  /** The function is not run at all. */
  readonly prevented: boolean;
  /** Takes the place of the function's own answer. */
  readonly answer: Pick<Outcome, "payload" | "failed"> | undefined;
}

export function faultyInvocation(effects: readonly InvocationEffect[]): FaultyInvocation {
  const answers = effects.filter(
    (effect) => effect.action === "error" || effect.action === "http-integration-response",
  );
  return {
    delayMilliseconds: effects.reduce(
      (sum, effect) => sum + (effect.action === "add-delay" ? effect.milliseconds : 0),
      0,
    ),
    crashes: effects.some(({ action }) => action === "crash"),
    prevented: answers.some(({ preventExecution }) => preventExecution === true),
    answer: answers.map(answerOf)[0],
  };
}

type AnswerEffect = Extract<InvocationEffect, { action: "error" | "http-integration-response" }>;

function answerOf(effect: AnswerEffect): Pick<Outcome, "payload" | "failed"> {
  if (effect.action === "error") {
    const { message = "The local cloud was told to let this invocation fail." } = effect;
    const error = { errorType: "InjectedFault", errorMessage: message, trace: [] };
    return { payload: JSON.stringify(error), failed: true };
  }
  const { statusCode, contentType = "application/json" } = effect;
  const headers = { "content-type": contentType };
  const answer = { statusCode, headers, body: "", isBase64Encoded: false };
  return { payload: JSON.stringify(answer), failed: false };
}
