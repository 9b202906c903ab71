/** The rules as a pack of Pulumi's: `pulumi preview --policy-pack policies`. */
import { type Policies, PolicyPack, type PolicyResource, UnknownValueError } from "@pulumi/policy";
import { Config } from "@pulumi/pulumi";
import { covers, isExpired, WAIVER_RULE } from "./audit.ts";
import type { Rule } from "./rule.ts";
import { rules } from "./rules/index.ts";
import { Stack, Subject } from "./stack.ts";
import { type Waiver, waivers } from "./waivers.ts";

const today = new Date().toISOString().slice(0, 10);
const valid = waivers.filter((waiver) => !isExpired(waiver, today));

/** The engine gives the pack the stack's configuration. A stack that does not say what it is, is held to be production. */
const production = new Config("andamio").getBoolean("production") ?? true;

function policyOf(rule: Rule): Policies[number] {
  const text = {
    name: rule.id,
    description: `${rule.what} ${rule.why} ${rule.remedy}`,
    enforcementLevel: production ? rule.prod : rule.dev,
  };
  const waived = (resource: string, message: string) =>
    valid.some((waiver) => covers(waiver, { rule: rule.id, resource, message }));
  if (rule.scope === "resource") {
    return {
      ...text,
      validateResource: (args, report) => {
        if (!rule.types.includes(args.type)) return;
        const { type, name, urn, props } = args;
        const subject = new Subject({
          type,
          name,
          urn,
          props,
          protect: args.opts.protect,
          propertyDependencies: {},
        });
        for (const message of rule.check(subject, new Stack([]))) if (!waived(name, message)) report(message);
      },
    };
  }
  return {
    ...text,
    validateStack: (args, report) => {
      const stack = new Stack(args.resources.map(dataOf));
      let unknown: UnknownValueError | undefined;
      for (const subject of rule.types.flatMap((type) => stack.of(type))) {
        try {
          for (const message of rule.check(subject, stack)) {
            if (!waived(subject.name, message)) report(`${subject.name}: ${message}`, subject.urn);
          }
        } catch (error) {
          if (!(error instanceof UnknownValueError)) throw error;
          unknown = error;
        }
      }
      if (unknown) throw unknown;
    },
  };
}

function dataOf(resource: PolicyResource) {
  return {
    type: resource.type,
    name: resource.name,
    urn: resource.urn,
    props: resource.props,
    protect: resource.opts.protect,
    propertyDependencies: Object.fromEntries(
      Object.entries(resource.propertyDependencies).map(([name, targets]) => [
        name,
        targets.map(({ urn }) => urn),
      ]),
    ),
  };
}

function expiredWaivers(expired: readonly Waiver[]): Policies[number] {
  return {
    name: WAIVER_RULE,
    description: "A waiver has an end. Mend what it waives, or say anew why not, in policies/waivers.ts.",
    enforcementLevel: "mandatory",
    validateStack: (_args, report) => {
      for (const { rule, resource, expires } of expired)
        report(`The waiver of ${rule} for ${resource} ended on ${expires}.`);
    },
  };
}

new PolicyPack("andamio", {
  policies: [...rules.map(policyOf), expiredWaivers(waivers.filter((waiver) => isExpired(waiver, today)))],
});
