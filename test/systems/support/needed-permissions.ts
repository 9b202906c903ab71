/** The proof of least privilege: taking any permission away from a role of the program denies a call of this run. */
import { expect } from "chai";
import type { LocalCloud } from "../../../local/local-cloud.ts";
import type { GrantPart, NeedReport } from "../../../local/services/iam/needed-grants.ts";

interface Permissions extends NeedReport {
  readonly granted: readonly unknown[];
}

export async function expectAllPermissionsNeeded(cloud: LocalCloud): Promise<void> {
  const answer = await fetch(`${cloud.world.endpoint}/_local/permissions`);
  const { granted, unused, untested } = (await answer.json()) as Permissions;
  const lines = [
    ...unused.map((part) => `no call asked for ${describePart(part)}`),
    ...untested.map((part) => `no call is denied without ${describePart(part)}`),
  ];
  expect(lines, "permissions that the end-to-end tests do not need").to.deep.equal([]);
  process.stdout.write(`\n  Each of ${granted.length} permissions is needed by a call of this run.\n`);
}

function describePart({ component, policy, statement, action, resource }: GrantPart): string {
  return `${action ?? resource} of ${component} (statement ${statement} of ${policy})`;
}
