/**
 * AWS Identity and Access Management. Its API is not served: roles and policies come from the program; authorizer.ts
 * evaluates them on every call.
 */
import { notSupported } from "../../core/errors.ts";
import type { Realizer, ServiceDefinition } from "../../core/service.ts";
import { readPolicy } from "./documents.ts";
import { outputs } from "./outputs.ts";

/** Refuses a malformed document at once, as AWS does, instead of at the first call that it should have allowed. */
function checked(property: "policy" | "assumeRolePolicy"): Realizer {
  return { create: (resource) => void readPolicy(resource.name, resource.outputs[property]) };
}

export const iam: ServiceDefinition = {
  name: "iam",
  signingNames: ["iam"],
  protocol: "query",
  outputs,
  create: () => ({
    realize: {
      "aws:iam/policy:Policy": checked("policy"),
      "aws:iam/role:Role": checked("assumeRolePolicy"),
      "aws:iam/rolePolicy:RolePolicy": checked("policy"),
    },
    call: (call) => Promise.reject(notSupported("iam", call.operation ?? `${call.method} ${call.path}`)),
  }),
};
