/** AWS Budgets: recorded only, because nothing costs anything here. */
import { hexToken, physicalName } from "../../core/names.ts";
import type { OutputsOf, ServiceDefinition } from "../../core/service.ts";

const budget: OutputsOf = (resource, world) => {
  const name = physicalName(resource);
  const arn = `arn:aws:budgets::${world.account}:budget/${name}`;
  return { id: `${world.account}:${name}`, name, arn, accountId: world.account };
};

const budgetAction: OutputsOf = (resource, world) => {
  const actionId = hexToken(resource.urn, 32);
  const name = String(resource.inputs.budgetName ?? "");
  const arn = `arn:aws:budgets::${world.account}:budget/${name}/action/${actionId}`;
  return {
    id: `${world.account}:${actionId}:${name}`,
    actionId,
    arn,
    accountId: world.account,
    status: "STANDBY",
  };
};

export const budgets: ServiceDefinition = {
  name: "budgets",
  signingNames: ["budgets"],
  protocol: "json",
  outputs: {
    "aws:budgets/budget:Budget": budget,
    "aws:budgets/budgetAction:BudgetAction": budgetAction,
  },
  create: (cloud) => {
    let count = 0;
    return {
      realize: {
        "aws:budgets/budget:Budget": {
          create: () => {
            count += 1;
          },
        },
      },
      ready: async () => {
        if (count === 0) return;
        const message = `${count} budgets are recorded. The local cloud costs nothing, so they never alert.`;
        cloud.log({ kind: "notice", source: "budgets", message });
        count = 0;
      },
    };
  },
};
