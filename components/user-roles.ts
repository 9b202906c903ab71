/** Credentials of AWS for users: https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "./link.ts";
import { policyDocument } from "./policy.ts";
import type { GroupArgs } from "./user-directory-arguments.ts";

type Parent = { readonly parent: pulumi.Resource };

/** Gives credentials to users of the pool, to nobody else. */
export function createIdentityPool(
  name: string,
  pool: aws.cognito.UserPool,
  client: aws.cognito.UserPoolClient,
  parent: Parent,
): aws.cognito.IdentityPool {
  return new aws.cognito.IdentityPool(
    `${name}-identities`,
    {
      identityPoolName: pulumi.interpolate`${pool.name}-identities`,
      allowUnauthenticatedIdentities: false,
      allowClassicFlow: false,
      cognitoIdentityProviders: [
        // Asks the pool whether the user has been signed out or disabled meanwhile.
        { clientId: client.id, providerName: pool.endpoint, serverSideTokenCheck: true },
      ],
    },
    parent,
  );
}

/** The groups with a role each. Who is in none gets no credentials. */
export function createGroupRoles(
  name: string,
  groups: Readonly<Record<string, GroupArgs>>,
  pool: aws.cognito.UserPool,
  client: aws.cognito.UserPoolClient,
  identityPool: aws.cognito.IdentityPool,
  parent: Parent,
): void {
  for (const [precedence, [group, { description, statements = [] }]] of Object.entries(groups).entries()) {
    const role = createRole(`${name}-${group}`, `Members of ${group}.`, statements, identityPool, parent);
    new aws.cognito.UserGroup(
      `${name}-${group}`,
      { name: group, userPoolId: pool.id, description, precedence, roleArn: role.arn },
      parent,
    );
  }
  const nobody = createRole(`${name}-no-group`, "Users without a group.", [], identityPool, parent);
  new aws.cognito.IdentityPoolRoleAttachment(
    `${name}-roles`,
    {
      identityPoolId: identityPool.id,
      roles: { authenticated: nobody.arn },
      roleMappings: [
        {
          identityProvider: pulumi.interpolate`${pool.endpoint}:${client.id}`,
          type: "Token",
          ambiguousRoleResolution: "Deny",
        },
      ],
    },
    parent,
  );
}

function createRole(
  name: string,
  description: string,
  statements: readonly PolicyStatement[],
  { id }: aws.cognito.IdentityPool,
  parent: Parent,
): aws.iam.Role {
  const role = new aws.iam.Role(`${name}-role`, { description, assumeRolePolicy: identityTrust(id) }, parent);
  if (statements.length > 0) {
    new aws.iam.RolePolicy(`${name}-policy`, { role: role.id, policy: policyDocument(statements) }, parent);
  }
  return role;
}

/** Only identities of this pool that have signed in: https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html */
function identityTrust(identityPoolId: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: "cognito-identity.amazonaws.com" },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: { "cognito-identity.amazonaws.com:aud": identityPoolId },
          "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" },
        },
      },
    ],
  });
}
