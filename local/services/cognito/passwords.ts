/** What a password must be like. https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html */
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import { settingsOf } from "./pools.ts";

const RULES: readonly (readonly [setting: string, pattern: RegExp, what: string])[] = [
  ["requireUppercase", /[A-Z]/, "uppercase"],
  ["requireLowercase", /[a-z]/, "lowercase"],
  ["requireNumbers", /\d/, "numeric"],
  ["requireSymbols", /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/, "symbol"],
];

/** @throws AwsError InvalidPasswordException */
export function checkPassword(pool: Resource, password: string): void {
  const policy = settingsOf(pool, "passwordPolicy");
  if (password.length < Number(policy.minimumLength)) throw refused("Password not long enough");
  if (/^\s|\s$/.test(password)) throw refused("Password must not begin or end with a space");
  for (const [setting, pattern, what] of RULES)
    if (policy[setting] === true && !pattern.test(password))
      throw refused(`Password must have ${what} characters`);
}

function refused(why: string): AwsError {
  return new AwsError("InvalidPasswordException", `Password did not conform with policy: ${why}`);
}
