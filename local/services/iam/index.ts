/**
 * AWS Identity and Access Management: roles and policies come from the program, and authorizer.ts evaluates them on every
 * call. Of its API there are the inline policies of roles, which may be changed while the program runs, until it changes
 * them itself.
 */
import type { IamApi } from "../../core/apis.ts";
import type { Realizer, ServiceDefinition } from "../../core/service.ts";
import { readPolicy } from "./documents.ts";
import { answer } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { RolePolicies } from "./role-policies.ts";

/** Refuses a malformed document at once, as AWS does, instead of at the first call that it should have allowed. */
function checked(property: "policy" | "assumeRolePolicy"): Realizer {
  return { create: (resource) => void readPolicy(resource.name, resource.outputs[property]) };
}

export const iam: ServiceDefinition = {
  name: "iam",
  signingNames: ["iam"],
  protocol: "query",
  outputs,
  create: (cloud) => {
    const policies = new RolePolicies(() => cloud.resources());
    const api: IamApi = { resources: () => policies.resources() };
    return {
      api,
      realize: {
        "aws:iam/policy:Policy": checked("policy"),
        "aws:iam/role:Role": checked("assumeRolePolicy"),
        "aws:iam/rolePolicy:RolePolicy": {
          create: (resource) => {
            void readPolicy(resource.name, resource.outputs.policy);
            policies.forget(resource);
          },
          delete: (resource) => policies.forget(resource),
        },
      },
      reset: () => policies.reset(),
      call: (call) => answer(call, cloud, policies),
    };
  },
};
