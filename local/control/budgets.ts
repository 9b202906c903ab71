/** What was spent on a budget, as a test or a person says. */
import type { Cloud } from "../core/service.ts";
import { type Question, Refusal } from "./question.ts";

/** @throws Refusal 400 when an amount is none */
export async function spend({ name, body }: Question, { services }: Cloud): Promise<object> {
  const { actual, forecast } = await body();
  if (!isAmount(actual) || !(forecast === undefined || isAmount(forecast))) {
    throw new Refusal(
      'The body must read like { "actual": 96.5, "forecast": 130 }; forecast may be left out.',
    );
  }
  return services.budgets.spend(name, forecast === undefined ? { actual } : { actual, forecast });
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
