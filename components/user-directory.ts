import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AlarmedFunction } from "./alarmed-function.ts";
import { Component } from "./base.ts";
import { refuseMistakes } from "./mistakes.ts";
import { policyDocument } from "./policy.ts";
import { transformed } from "./transform.ts";
import type { UserDirectoryArgs } from "./user-directory-arguments.ts";
import { mistakesInUserDirectory } from "./user-directory-arguments.ts";
import { createGroupRoles, createIdentityPool } from "./user-roles.ts";

export type { GroupArgs, UserDirectoryArgs } from "./user-directory-arguments.ts";

const PRINCIPAL = "cognito-idp.amazonaws.com";

/** Cognito waits no longer for its functions, and then asks up to twice more. */
const TRIGGER_SECONDS = 5;

/** What a client may change about a user. Groups are none of it, and there are no attributes that grant anything. */
const WRITABLE = ["email", "name"];

type Parent = { readonly parent: UserDirectory };

interface Triggers {
  readonly addClaims: AlarmedFunction;
  /** Undefined when nobody signs themselves up. */
  readonly joinGroup: AlarmedFunction | undefined;
}

/**
 * Who uses the program: people who sign in with their e-mail address and a password, in groups.
 *
 * Creates: a Cognito user pool (passwords of 12 characters and four classes, authenticator apps, verified e-mail addresses,
 * deletion protection in production), the functions that it calls, an app client without a secret that signs in by SRP,
 * the groups, and an identity pool without guests that gives the members of each group a role of their own.
 *
 *     const users = new UserDirectory("users", {
 *       defaults,
 *       groups: { employees: { description: "Staff." }, clients: { description: "Who signed up." } },
 *       selfSignUp: "clients",
 *     });
 *     new RestApi("orders-api", { authorizer: { directory: users }, … });
 */
export class UserDirectory extends Component {
  readonly userPool: aws.cognito.UserPool;
  readonly client: aws.cognito.UserPoolClient;
  readonly identityPool: aws.cognito.IdentityPool;
  readonly groupNames: readonly string[];
  /** What tokens name as their issuer. */
  readonly issuer: pulumi.Output<string>;
  /** Where the public keys are that tokens are verified with. */
  readonly keysUrl: pulumi.Output<string>;
  /** The functions that Cognito calls, for a dashboard. */
  readonly functions: readonly AlarmedFunction[];

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: UserDirectoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("UserDirectory", name, {}, opts);
    refuseMistakes(`UserDirectory "${name}"`, mistakesInUserDirectory(args));
    const parent = { parent: this };
    const triggers = createTriggers(name, args, parent);
    this.functions = [triggers.addClaims, ...(triggers.joinGroup ? [triggers.joinGroup] : [])];
    this.userPool = createUserPool(name, args, triggers, parent);
    allowTriggers(name, this.userPool, triggers, parent);
    this.client = createClient(name, args, this.userPool, parent);
    this.identityPool = createIdentityPool(name, this.userPool, this.client, parent);
    this.groupNames = Object.keys(args.groups);
    createGroupRoles(name, args.groups, this.userPool, this.client, this.identityPool, parent);
    this.issuer = pulumi.interpolate`https://${this.userPool.endpoint}`;
    this.keysUrl = pulumi.interpolate`${this.issuer}/.well-known/jwks.json`;
    this.registerOutputs({ userPool: this.userPool, client: this.client, identityPool: this.identityPool });
  }
}

function createTriggers(name: string, { defaults, selfSignUp }: UserDirectoryArgs, parent: Parent): Triggers {
  const common = { defaults, timeoutSeconds: TRIGGER_SECONDS };
  const addClaims = new AlarmedFunction(
    `${name}-add-claims`,
    {
      ...common,
      description: "Puts the e-mail address into access tokens.",
      entry: "handlers/identity/add-claims.ts",
    },
    parent,
  );
  if (selfSignUp === undefined) return { addClaims, joinGroup: undefined };
  const joinGroup = new AlarmedFunction(
    `${name}-join-group`,
    {
      ...common,
      description: `Puts people who signed themselves up into the group ${selfSignUp}.`,
      entry: "handlers/identity/join-group.ts",
      environment: { POWERTOOLS_SERVICE_NAME: name, GROUP: selfSignUp },
    },
    parent,
  );
  return { addClaims, joinGroup };
}

function createUserPool(
  name: string,
  args: UserDirectoryArgs,
  { addClaims, joinGroup }: Triggers,
  parent: Parent,
): aws.cognito.UserPool {
  const { production } = args.defaults;
  const required: Partial<aws.cognito.UserPoolArgs> = {
    usernameAttributes: ["email"],
    lambdaConfig: {
      // Access tokens are changed by functions of version 2 only, which the LITE tier does not have.
      preTokenGenerationConfig: { lambdaArn: addClaims.alias.arn, lambdaVersion: "V2_0" },
      ...(joinGroup && { postConfirmation: joinGroup.alias.arn }),
    },
  };
  const poolArgs: aws.cognito.UserPoolArgs = {
    ...required,
    userPoolTier: args.threatProtection ? "PLUS" : "ESSENTIALS",
    ...(args.threatProtection && { userPoolAddOns: { advancedSecurityMode: "ENFORCED" } }),
    usernameConfiguration: { caseSensitive: false },
    autoVerifiedAttributes: ["email"],
    // Until the new address is verified the old one stays, for signing in and for getting back in.
    userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdates: ["email"] },
    accountRecoverySetting: { recoveryMechanisms: [{ name: "verified_email", priority: 1 }] },
    adminCreateUserConfig: { allowAdminCreateUserOnly: args.selfSignUp === undefined },
    passwordPolicy: {
      minimumLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireNumbers: true,
      requireSymbols: true,
      temporaryPasswordValidityDays: 3,
    },
    mfaConfiguration: args.mfa ?? "OPTIONAL",
    softwareTokenMfaConfiguration: { enabled: true },
    deletionProtection: production ? "ACTIVE" : "INACTIVE",
  };
  return new aws.cognito.UserPool(`${name}-pool`, transformed(poolArgs, args.transform?.userPool, required), {
    ...parent,
    protect: production,
  });
}

/** Cognito may call its functions, and the one that adds people to a group may do that: only now is there a pool to name. */
function allowTriggers(
  name: string,
  pool: aws.cognito.UserPool,
  { addClaims, joinGroup }: Triggers,
  parent: Parent,
): void {
  const caller = { principal: PRINCIPAL, sourceArn: pool.arn };
  addClaims.allowInvocation("pool", caller);
  if (!joinGroup) return;
  joinGroup.allowInvocation("pool", caller);
  new aws.iam.RolePolicy(
    `${name}-join-group-grant`,
    {
      role: joinGroup.role.id,
      policy: policyDocument([
        { Effect: "Allow", Action: ["cognito-idp:AdminAddUserToGroup"], Resource: pool.arn },
      ]),
    },
    parent,
  );
}

/** For applications that people hold in their hands, which can keep no secret. */
function createClient(
  name: string,
  { defaults, transform, ...args }: UserDirectoryArgs,
  pool: aws.cognito.UserPool,
  parent: Parent,
): aws.cognito.UserPoolClient {
  const minutes = args.accessTokenMinutes ?? (defaults.production ? 15 : 60);
  const required = { userPoolId: pool.id, generateSecret: false };
  const clientArgs: aws.cognito.UserPoolClientArgs = {
    ...required,
    // The password itself never travels.
    explicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    preventUserExistenceErrors: "ENABLED",
    enableTokenRevocation: true,
    accessTokenValidity: minutes,
    idTokenValidity: minutes,
    refreshTokenValidity: args.refreshTokenDays ?? (defaults.production ? 7 : 30),
    tokenValidityUnits: { accessToken: "minutes", idToken: "minutes", refreshToken: "days" },
    readAttributes: [...WRITABLE, "email_verified"],
    writeAttributes: WRITABLE,
    supportedIdentityProviders: ["COGNITO"],
  };
  return new aws.cognito.UserPoolClient(
    `${name}-client`,
    transformed(clientArgs, transform?.client, required),
    parent,
  );
}
