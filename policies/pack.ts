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

/** How many resources each rule could not judge, because a preview does not know what it asks for. */
const unjudged = new Map<string, number>();

/** What a rule says of a resource; nothing when that cannot be known yet, which is told at the end in one piece. */
function verdictOf(rule: Rule, subject: Subject, stack: Stack): readonly string[] {
  try {
    return rule
      .check(subject, stack)
      .filter(
        (message) =>
          !valid.some((waiver) => covers(waiver, { rule: rule.id, resource: subject.name, message })),
      );
  } catch (error) {
    if (!(error instanceof UnknownValueError)) throw error;
    unjudged.set(rule.id, (unjudged.get(rule.id) ?? 0) + 1);
    return [];
  }
}

function policyOf(rule: Rule): Policies[number] {
  const text = {
    name: rule.id,
    description: `${rule.what} ${rule.why} ${rule.remedy}`,
    enforcementLevel: production ? rule.prod : rule.dev,
  };
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
        for (const message of verdictOf(rule, subject, new Stack([]))) report(message);
      },
    };
  }
  return {
    ...text,
    validateStack: (args, report) => {
      const stack = new Stack(args.resources.map(dataOf));
      for (const subject of rule.types.flatMap((type) => stack.of(type))) {
        for (const message of verdictOf(rule, subject, stack))
          report(`${subject.name}: ${message}`, subject.urn);
      }
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

/** Stands behind all others. */
const unknownYet: Policies[number] = {
  name: "unknown-yet",
  description:
    "What a preview cannot know is not judged yet. `pulumi up` judges it: a resource before it is made, how they fit together at its end.",
  enforcementLevel: "advisory",
  validateStack: (_args, report) => {
    const counts = [...unjudged].map(([rule, count]) => (count > 1 ? `${rule} (${count})` : rule));
    unjudged.clear();
    if (counts.length > 0) report(`Not judged yet: ${counts.sort().join(", ")}.`);
  },
};

const expired = waivers.filter((waiver) => isExpired(waiver, today));

new PolicyPack("andamio", { policies: [...rules.map(policyOf), expiredWaivers(expired), unknownYet] });
