import type * as aws from "@pulumi/aws";
import type { StackDefaults } from "./base.ts";
import type { PolicyStatement } from "./link.ts";
import type { Mistake } from "./mistakes.ts";
import type { Transform } from "./transform.ts";

/** A group of users, and what its members may do with AWS itself. */
export interface GroupArgs {
  /** Who is in it, in a sentence. */
  readonly description: string;
  /** What credentials of the identity pool allow. @default nothing */
  readonly statements?: readonly PolicyStatement[];
}

export interface UserDirectoryArgs {
  readonly defaults: StackDefaults;
  /** By name. The role of the first one counts for who is in several. */
  readonly groups: Readonly<Record<string, GroupArgs>>;
  /** Group of the people who sign themselves up. @default only administrators make users */
  readonly selfSignUp?: string;
  /** A second factor, an authenticator app: for who wants it, or for everybody. @default "OPTIONAL" */
  readonly mfa?: "OPTIONAL" | "ON";
  /** How long an access token is taken, 5 to 60; nothing can call it back earlier. @default 60, in production 15 */
  readonly accessTokenMinutes?: number;
  /** Days after which people sign in again, 1 to 365. @default 30, in production 7 */
  readonly refreshTokenDays?: number;
  /** Refuse leaked passwords and sign-ins that look like theft; Cognito's PLUS tier, about 0.02 USD a user and month. @default false */
  readonly threatProtection?: boolean;
  readonly transform?: {
    readonly userPool?: Transform<aws.cognito.UserPoolArgs>;
    readonly client?: Transform<aws.cognito.UserPoolClientArgs>;
  };
}

const GROUP_NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** All mistakes in the arguments of a UserDirectory. */
export function mistakesInUserDirectory(args: UserDirectoryArgs): Mistake[] {
  const names = Object.keys(args.groups);
  const wrong = names
    .filter((name) => !GROUP_NAME.test(name))
    .map((name) => ({
      propertyPath: "groups",
      reason: `holds "${name}"; use small letters, digits and -, at most 40`,
    }));
  return [
    ...(names.length === 0 ? [{ propertyPath: "groups", reason: "is empty; name a group" }] : wrong),
    ...(args.selfSignUp === undefined || names.includes(args.selfSignUp)
      ? []
      : [{ propertyPath: "selfSignUp", reason: `is "${args.selfSignUp}", which is none of the groups` }]),
    ...mistakesInNumber("accessTokenMinutes", args.accessTokenMinutes, 5, 60),
    ...mistakesInNumber("refreshTokenDays", args.refreshTokenDays, 1, 365),
  ];
}

/** A number that is left out is right. */
export function mistakesInNumber(
  propertyPath: string,
  value: number | undefined,
  lowest: number,
  highest: number,
): Mistake[] {
  if (value === undefined || (Number.isInteger(value) && value >= lowest && value <= highest)) return [];
  return [{ propertyPath, reason: `is ${value}; give a whole number, ${lowest} to ${highest}` }];
}
