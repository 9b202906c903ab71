/** Asking for a permission where a refusal is no error of the call at hand. */
import { AwsError } from "./errors.ts";
import type { Cloud, Permission, Principal } from "./service.ts";

/** Whether all permissions are granted. A refusal is in the log, as every other one. */
export function isPermitted(cloud: Cloud, principal: Principal, permissions: readonly Permission[]): boolean {
  try {
    cloud.authorize(principal, permissions);
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}
