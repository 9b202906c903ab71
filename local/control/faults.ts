/** Routes of the control API that set, list and remove faults. */
import type { Fault } from "../core/faults.ts";
import type { Routes } from "./control.ts";
import { Refusal } from "./question.ts";

export const FAULT_ROUTES: Routes = {
  "GET /_local/faults": (_question, { cloud }) => ({ items: cloud.faults.list() }),
  "POST /_local/faults": async ({ body }, { cloud }) => cloud.faults.add(await readFault(await body())),
  "DELETE /_local/faults": (_question, { cloud }) => {
    cloud.faults.clear();
    return { items: [] };
  },
  "DELETE /_local/faults/*": ({ name }, { cloud }) => cloud.faults.remove(name),
};

/**
 * Reads a fault.
 * @throws Refusal that names everything that is wrong with it
 */
async function readFault(body: Readonly<Record<string, unknown>>): Promise<Fault> {
  const { faultSchemas } = await import("./faults.schema.ts");
  const target = typeof body.target === "object" && body.target !== null ? body.target : {};
  const [found] = Object.entries(faultSchemas).filter(([kind]) => Object.hasOwn(target, kind));
  if (!found) {
    const kinds = Object.keys(faultSchemas).join(", ");
    throw new Refusal(`The fault is not valid. target must name one of: ${kinds}.`);
  }
  const [kind, schema] = found;
  const { data, error } = schema.safeParse(body);
  const problems = (error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".") || "fault"}: ${message}`,
  );
  if (data && ordered(data)) problems.push("effect.action: a table's stream keeps its order, on AWS as here");
  if (!data || problems.length > 0) {
    throw new Refusal(`The fault on a ${kind} is not valid. ${problems.join("; ")}.`);
  }
  return data as Fault;
}

function ordered({ target, effect }: Pick<Fault, "target" | "effect">): boolean {
  return "delivery" in target && target.delivery === "dynamodb" && effect.action === "reorder";
}
