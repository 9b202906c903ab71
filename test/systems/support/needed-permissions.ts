/** The proof of least privilege: taking any permission away from a role of the program denies a call of `npm test`. */
import type { LocalCloud } from "../../../local/local-cloud.ts";
import type { GrantPart, NeedReport } from "../../../local/services/iam/needed-grants.ts";
import type { Permissions } from "../../support/outcome.ts";

interface Report extends NeedReport {
  readonly granted: readonly unknown[];
}

/** What the calls of this process needed. */
export async function neededPermissions(cloud: LocalCloud): Promise<Permissions> {
  const answer = await fetch(`${cloud.world.endpoint}/_local/permissions`);
  const { granted, unused, untested } = (await answer.json()) as Report;
  return { granted: granted.length, unneeded: [...unused, ...untested].map(describePart) };
}

function describePart({ component, policy, statement, action, resource }: GrantPart): string {
  return `${action ?? resource} of ${component} (statement ${statement} of ${policy})`;
}
