/** Amazon Cognito: who people are, how they prove it, what their programs may do. */
import { demanded, statementsOf } from "../documents.ts";
import { ALWAYS, PRODUCTION, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { textOf, valueAt } from "../stack.ts";
import { ROLE } from "./types.ts";

const POOL = "aws:cognito/userPool:UserPool";
const CLIENT = "aws:cognito/userPoolClient:UserPoolClient";
const GROUP = "aws:cognito/userGroup:UserGroup";
const IDENTITIES = "aws:cognito/identityPool:IdentityPool";
const ROLES = "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment";

const MINUTES: Record<string, number> = { seconds: 1 / 60, minutes: 1, hours: 60, days: 1440 };

const pools: readonly Rule[] = [
  resourceRule(
    {
      id: "cognito-passwords",
      what: "A password has 12 or more characters of four kinds.",
      why: "Shorter ones are guessed.",
      remedy: "Set passwordPolicy: minimumLength 12, and lower case, upper case, numbers, symbols.",
      origin: "COG1, Cognito.3",
      ...ALWAYS,
      types: [POOL],
    },
    (pool) => {
      const kinds = ["requireLowercase", "requireUppercase", "requireNumbers", "requireSymbols"];
      return unless(
        pool.number("passwordPolicy.minimumLength", 8) >= 12 &&
          kinds.every((kind) => pool.at(`passwordPolicy.${kind}`) === true),
        "takes weak passwords",
      );
    },
  ),
  resourceRule(
    {
      id: "cognito-mfa",
      what: "People can use a second factor, an application for codes.",
      why: "A password that leaked elsewhere opens the account; messages by phone can be redirected, and cost.",
      remedy: "Set mfaConfiguration OPTIONAL or ON, and softwareTokenMfaConfiguration.enabled.",
      origin: "COG2, Cognito.5",
      ...ALWAYS,
      types: [POOL],
    },
    (pool) =>
      unless(
        ["ON", "OPTIONAL"].includes(pool.text("mfaConfiguration")) &&
          pool.at("softwareTokenMfaConfiguration.enabled") === true,
        "knows no second factor",
      ),
  ),
  resourceRule(
    {
      id: "cognito-verified-email",
      what: "A new e-mail address counts once its owner has confirmed it.",
      why: "Somebody could take over what belongs to an address.",
      remedy:
        "Name email in autoVerifiedAttributes and in userAttributeUpdateSettings.attributesRequireVerificationBeforeUpdates.",
      ...ALWAYS,
      types: [POOL],
    },
    (pool) =>
      unless(
        pool.list("autoVerifiedAttributes").includes("email") &&
          pool
            .list("userAttributeUpdateSettings.attributesRequireVerificationBeforeUpdates")
            .includes("email"),
        "believes any address",
      ),
  ),
  resourceRule(
    {
      id: "cognito-deletion",
      what: "In production a user pool cannot be deleted by mistake.",
      why: "Passwords cannot be restored from anywhere: everybody would have to sign up anew.",
      remedy: "Set deletionProtection ACTIVE.",
      origin: "Cognito.6",
      ...PRODUCTION,
      types: [POOL],
    },
    (pool) => unless(pool.text("deletionProtection") === "ACTIVE", "can be deleted at once"),
  ),
  resourceRule(
    {
      id: "cognito-threats",
      what: "In production sign-ins with leaked passwords or from strange places are stopped.",
      why: "Lists of leaked passwords are tried on everything that has a sign-in.",
      remedy:
        "Set userPoolTier PLUS and userPoolAddOns.advancedSecurityMode ENFORCED, or write a waiver: it costs $0.02 per active user.",
      origin: "COG8, Cognito.1",
      ...PRODUCTION,
      types: [POOL],
    },
    (pool) =>
      unless(
        pool.text("userPoolTier") === "PLUS" &&
          pool.text("userPoolAddOns.advancedSecurityMode") === "ENFORCED",
        "does not look for stolen accounts",
      ),
  ),
];

const clients: readonly Rule[] = [
  resourceRule(
    {
      id: "cognito-client-errors",
      what: "A sign-in that fails does not tell whether the user exists.",
      why: "Somebody could find out who is a client.",
      remedy: "Set preventUserExistenceErrors ENABLED.",
      ...ALWAYS,
      types: [CLIENT],
    },
    (client) => unless(client.text("preventUserExistenceErrors") === "ENABLED", "tells which users exist"),
  ),
  resourceRule(
    {
      id: "cognito-client-flows",
      what: "A client neither sends passwords nor gets tokens in an address, and returns to addresses with TLS.",
      why: "Both end in logs and histories.",
      remedy:
        "Leave out ALLOW_USER_PASSWORD_AUTH and implicit; use SRP or code with PKCE, and https callbackUrls (http for localhost).",
      ...ALWAYS,
      types: [CLIENT],
    },
    (client) => {
      const flows = client.list("explicitAuthFlows").map(textOf);
      const addresses = [...client.list("callbackUrls"), ...client.list("logoutUrls")].map(textOf);
      const plain = addresses.filter((address) => /^http:\/\/(?!localhost[:/])/.test(address));
      return [
        ...unless(!flows.some((flow) => flow.endsWith("USER_PASSWORD_AUTH")), "sends passwords"),
        ...unless(!client.list("allowedOauthFlows").includes("implicit"), "gets tokens in an address"),
        ...plain.map((address) => `returns to ${address}`),
      ];
    },
  ),
  resourceRule(
    {
      id: "cognito-client-tokens",
      what: "An access token counts for at most an hour, and what renews it can be revoked.",
      why: "Who finds a token is the user as long as it counts.",
      remedy: "Set accessTokenValidity and its unit, and enableTokenRevocation.",
      ...ALWAYS,
      types: [CLIENT],
    },
    (client) => {
      const unit = MINUTES[client.text("tokenValidityUnits.accessToken") || "hours"] ?? Number.NaN;
      return [
        ...unless(client.number("accessTokenValidity", 1) * unit <= 60, "gets tokens for more than an hour"),
        ...unless(client.at("enableTokenRevocation") === true, "gets tokens that cannot be revoked"),
      ];
    },
  ),
  resourceRule(
    {
      id: "cognito-client-attributes",
      what: "People may change only named attributes of theirs, none of the program's own.",
      why: "Without a list they may write all: also a role or a tenant that the program believes.",
      remedy: "Set writeAttributes, without custom: attributes.",
      ...ALWAYS,
      types: [CLIENT],
    },
    (client) => {
      const attributes = client.list("writeAttributes").map(textOf);
      return unless(
        attributes.length > 0 && !attributes.some((name) => name.startsWith("custom:")),
        "lets users write what the program believes",
      );
    },
  ),
];

const identities: readonly Rule[] = [
  resourceRule(
    {
      id: "cognito-no-guests",
      what: "Nobody gets credentials of AWS without having signed in.",
      why: "Whoever knows the pool's id would get them, also with the old flow, for any role that trusts the pool.",
      remedy: "Leave allowUnauthenticatedIdentities and allowClassicFlow false.",
      origin: "COG7, Cognito.2, CKV_AWS_366",
      ...ALWAYS,
      types: [IDENTITIES],
    },
    (pool) => [
      ...unless(pool.at("allowUnauthenticatedIdentities") === false, "has guests"),
      ...unless(pool.at("allowClassicFlow") !== true, "lets callers choose a role"),
    ],
  ),
  resourceRule(
    {
      id: "cognito-token-check",
      what: "Before a user gets credentials, the pool is asked whether the token was revoked.",
      why: "Who signed out everywhere, or was locked out, would get new ones.",
      remedy: "Set serverSideTokenCheck on every one of cognitoIdentityProviders.",
      ...ALWAYS,
      types: [IDENTITIES],
    },
    (pool) =>
      unless(
        pool
          .list("cognitoIdentityProviders")
          .every((provider) => valueAt(provider, "serverSideTokenCheck") === true),
        "believes tokens that were revoked",
      ),
  ),
  resourceRule(
    {
      id: "cognito-role-choice",
      what: "Who has no group, or several that disagree, gets no role by guess; there is none for guests.",
      why: "A user without any group would get what another group has.",
      remedy: 'Set ambiguousRoleResolution "Deny", and no role for unauthenticated.',
      ...ALWAYS,
      types: [ROLES],
    },
    (attachment) => [
      ...unless(
        attachment
          .list("roleMappings")
          .every((mapping) => valueAt(mapping, "ambiguousRoleResolution") === "Deny"),
        "guesses a role",
      ),
      ...unless(attachment.at("roles.unauthenticated") === undefined, "has a role for guests"),
    ],
  ),
  stackRule(
    {
      id: "cognito-role-trust",
      what: "Roles for users are for those who signed in to one identity pool.",
      why: "Cognito makes identities for every account; without the condition those of others fit, too.",
      remedy:
        "In assumeRolePolicy demand cognito-identity.amazonaws.com:aud (the pool) and :amr (authenticated).",
      ...ALWAYS,
      types: [GROUP, ROLES],
      reads: [ROLE],
    },
    (subject, stack) =>
      unless(
        stack
          .targets(subject, subject.type === GROUP ? "roleArn" : "roles", ROLE)
          .every((role) =>
            statementsOf(role, "assumeRolePolicy").every(
              (statement) =>
                statement.principals.join() === "cognito-identity.amazonaws.com" &&
                demanded(statement, "cognito-identity.amazonaws.com:aud").length > 0 &&
                demanded(statement, "cognito-identity.amazonaws.com:amr").join() === "authenticated",
            ),
          ),
        "has a role that others could take",
      ),
  ),
];

export const cognito: readonly Rule[] = [...pools, ...clients, ...identities];
