/**
 * AWS Budgets: thresholds that tell topics and people. Nothing costs anything here, so what was spent is set through the
 * control API. Not here: budget actions, limits that adjust themselves, filters of costs.
 * https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
 */
import type { BudgetsApi } from "../../core/apis.ts";
import { answerJson } from "../../core/protocol.ts";
import type { Cloud, Realizer, Service, ServiceDefinition } from "../../core/service.ts";
import { Ledger } from "./ledger.ts";
import { operations } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { readBudget } from "./settings.ts";

export const budgets: ServiceDefinition = {
  name: "budgets",
  signingNames: ["budgets"],
  protocol: "json",
  outputs,
  create: createService,
};

function createService(cloud: Cloud): Service {
  const ledger = new Ledger(cloud);
  const table = operations(cloud, ledger);
  const api: BudgetsApi = {
    spend: async (name, amounts) => {
      const { settings, spend, states } = await ledger.spend(name, amounts);
      const notifications = settings.notifications.map(({ type, threshold }, index) => ({
        type,
        threshold,
        state: states[index] ?? "OK",
      }));
      return { name, ...spend, notifications };
    },
  };
  return {
    api,
    realize: {
      "aws:budgets/budget:Budget": budgetRealizer(cloud, ledger),
      "aws:budgets/budgetAction:BudgetAction": {
        create: ({ name }) =>
          notice(cloud, `The budget action ${name} is recorded, and is never carried out.`),
      },
    },
    call: (call) => answerJson("budgets", table, call),
    reset: async () => ledger.reset(),
  };
}

function budgetRealizer(cloud: Cloud, ledger: Ledger): Realizer {
  return {
    create: (resource) => {
      const { name, outputs: own } = resource;
      if (own.autoAdjustData !== undefined)
        notice(cloud, `The limit of budget ${name} does not adjust itself.`);
      ledger.put(readBudget(resource));
    },
    update: (resource, previous) => {
      if (resource.outputs.name !== previous.outputs.name) ledger.remove(String(previous.outputs.name));
      ledger.put(readBudget(resource));
    },
    delete: (resource) => ledger.remove(String(resource.outputs.name)),
  };
}

function notice(cloud: Cloud, message: string): void {
  cloud.log({ kind: "notice", source: "budgets", message });
}
