/** Amazon Cognito. */
import { type Mutation, replacing } from "./mutation.ts";

const POOL = "aws:cognito/userPool:UserPool";
const CLIENT = "aws:cognito/userPoolClient:UserPoolClient";
const IDENTITIES = "aws:cognito/identityPool:IdentityPool";

export const cognito: readonly Mutation[] = [
  { rule: "cognito-passwords", type: POOL, set: { "passwordPolicy.minimumLength": 8 } },
  { rule: "cognito-passwords", type: POOL, set: { "passwordPolicy.requireSymbols": false } },
  { rule: "cognito-mfa", type: POOL, set: { mfaConfiguration: "OFF" } },
  { rule: "cognito-mfa", type: POOL, set: { "softwareTokenMfaConfiguration.enabled": false } },
  { rule: "cognito-verified-email", type: POOL, set: { userAttributeUpdateSettings: undefined } },
  { rule: "cognito-verified-email", type: POOL, set: { autoVerifiedAttributes: [] } },
  { rule: "cognito-deletion", type: POOL, set: { deletionProtection: "INACTIVE" } },
  { rule: "cognito-threats", type: POOL, rename: "pool-without-waiver" },
  { rule: "cognito-client-errors", type: CLIENT, set: { preventUserExistenceErrors: "LEGACY" } },
  { rule: "cognito-client-flows", type: CLIENT, set: { explicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"] } },
  { rule: "cognito-client-flows", type: CLIENT, set: { allowedOauthFlows: ["implicit"] } },
  { rule: "cognito-client-flows", type: CLIENT, set: { callbackUrls: ["http://app.example.com"] } },
  { rule: "cognito-client-tokens", type: CLIENT, set: { "tokenValidityUnits.accessToken": "hours" } },
  { rule: "cognito-client-tokens", type: CLIENT, set: { enableTokenRevocation: false } },
  { rule: "cognito-client-attributes", type: CLIENT, set: { writeAttributes: ["custom:role"] } },
  { rule: "cognito-client-attributes", type: CLIENT, set: { writeAttributes: undefined } },
  { rule: "cognito-no-guests", type: IDENTITIES, set: { allowUnauthenticatedIdentities: true } },
  { rule: "cognito-no-guests", type: IDENTITIES, set: { allowClassicFlow: true } },
  {
    rule: "cognito-token-check",
    type: IDENTITIES,
    set: { "cognitoIdentityProviders.0.serverSideTokenCheck": false },
  },
  {
    rule: "cognito-role-choice",
    type: "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment",
    set: { "roleMappings.0.ambiguousRoleResolution": "AuthenticatedRole" },
  },
  {
    rule: "cognito-role-choice",
    type: "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment",
    set: { "roles.unauthenticated": "arn:aws:iam::000000000000:role/guests" },
  },
  {
    rule: "cognito-role-trust",
    type: "aws:iam/role:Role",
    name: "users-employees",
    document: { property: "assumeRolePolicy", change: replacing('"authenticated"', '"unauthenticated"') },
  },
  {
    rule: "cognito-role-trust",
    type: "aws:iam/role:Role",
    name: "users-no-group",
    document: { property: "assumeRolePolicy", change: replacing("amazonaws.com:aud", "amazonaws.com:sub") },
  },
];
