/** What AWS would return for the resources of AWS Budgets. */
import { hexToken, physicalName } from "../../core/names.ts";
import type { OutputsOf, World } from "../../core/service.ts";

export function budgetArn({ account }: World, name: string): string {
  return `arn:aws:budgets::${account}:budget/${name}`;
}

const budget: OutputsOf = (resource, world) => {
  const name = physicalName(resource);
  return { id: `${world.account}:${name}`, name, arn: budgetArn(world, name), accountId: world.account };
};

const budgetAction: OutputsOf = (resource, world) => {
  const actionId = hexToken(resource.urn, 32);
  const name = String(resource.inputs.budgetName ?? "");
  const arn = `${budgetArn(world, name)}/action/${actionId}`;
  return {
    id: `${world.account}:${actionId}:${name}`,
    actionId,
    arn,
    accountId: world.account,
    status: "STANDBY",
  };
};

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:budgets/budget:Budget": budget,
  "aws:budgets/budgetAction:BudgetAction": budgetAction,
};
