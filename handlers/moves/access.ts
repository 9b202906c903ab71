/** Who calls, and what that entitles to. */
import { forbidden, unauthorized } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";

export type Group = "clients" | "employees";

export interface Caller {
  readonly userId: string;
  readonly email: string;
  readonly isEmployee: boolean;
}

/**
 * The user that the API's authorizer let in. The groups are checked here, too, so that a route that is opened by mistake
 * stays shut.
 * @param groups of which the caller must be in one. @default both
 * @throws Problem 401 without a user, 403 when the user is in none of the groups
 */
export function callerOf(
  { user }: ApiRequest,
  ...groups: readonly [Group, ...Group[]] | readonly []
): Caller {
  if (!user) throw unauthorized("The request needs a token.");
  const wanted: readonly string[] = groups.length > 0 ? groups : ["clients", "employees"];
  if (!user.groups.some((group) => wanted.includes(group))) {
    throw forbidden(`This is for ${wanted.join(" and ")} only.`);
  }
  const { userId, email } = user;
  return { userId, email, isEmployee: user.groups.includes("employees") };
}
