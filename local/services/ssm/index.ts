/**
 * AWS Systems Manager, of which Parameter Store alone is here: parameters with their current version.
 * Not supported: earlier versions, labels, policies, filters. Not checked: permissions on KMS keys.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html
 */
import { join } from "node:path";
import { answerJson } from "../../core/protocol.ts";
import { recreate } from "../../core/recreate.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { operations } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { realizers } from "./realize.ts";
import { ParameterStore } from "./store.ts";

export const ssm: ServiceDefinition = {
  name: "ssm",
  signingNames: ["ssm"],
  protocol: "json",
  outputs,
  create: createService,
};

function createService(cloud: Cloud): Service {
  const file = cloud.dataFolder === undefined ? undefined : join(cloud.dataFolder, "parameters.json");
  const store = new ParameterStore(file, cloud.clock);
  const table = operations(cloud, store);
  const realize = realizers(store);
  return {
    realize,
    reset: () => {
      store.clear();
      return recreate(cloud, realize);
    },
    call: (call) => answerJson("ssm", table, call),
  };
}
