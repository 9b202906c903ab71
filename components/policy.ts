/** IAM policy documents: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "./link.ts";
import type { Mistake } from "./mistakes.ts";

/** A statement of a resource's own policy, which also says to whom it applies. */
export interface ResourcePolicyStatement extends PolicyStatement {
  readonly Sid?: string;
  readonly Principal: "*" | Readonly<Record<string, pulumi.Input<string> | readonly pulumi.Input<string>[]>>;
}

/** The policy document with these statements, as JSON. */
export function policyDocument(
  statements: readonly (PolicyStatement | ResourcePolicyStatement)[],
): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** Lets one AWS service take a role. */
export function trustPolicy(service: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
}

/** Refuses every call that does not come over TLS. */
export function tlsOnly(action: string, resources: PolicyStatement["Resource"]): ResourcePolicyStatement {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: [action],
    Resource: resources,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/** Statements that allow more than least privilege does: actions with wildcards, and everything without a condition. */
export function mistakesInStatements(
  propertyPath: string,
  statements: readonly PolicyStatement[],
): Mistake[] {
  return statements.flatMap((statement, index) => {
    if (statement.Effect === "Deny") return [];
    const path = `${propertyPath}[${index}]`;
    const wild = statement.Action.filter((action) => action.includes("*"));
    const mistakes = wild.map((action) => ({
      propertyPath: `${path}.Action`,
      reason: `holds "${action}"; name the actions one by one`,
    }));
    const resources: readonly pulumi.Input<string>[] = [statement.Resource].flat();
    if (resources.includes("*") && statement.Condition === undefined) {
      const reason = 'is "*"; name the ARNs, or add a Condition where the action knows no resources';
      mistakes.push({ propertyPath: `${path}.Resource`, reason });
    }
    return mistakes;
  });
}
