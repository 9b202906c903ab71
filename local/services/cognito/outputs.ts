/** What AWS would return for each resource of Cognito. */
import type { RegisteredResource } from "../../core/graph.ts";
import { arn, hexToken, physicalName, token } from "../../core/names.ts";
import type { Outputs, OutputsOf, World } from "../../core/service.ts";
import { listOf, objectOf } from "../apigateway/json.ts";

/** AWS would say when it made the resource; a pure function cannot. */
const CREATED = "2026-01-01T00:00:00Z";

/** Token of a type, such as `aws:cognito/userPool:UserPool`. */
export function typeToken(name: string): string {
  return `aws:cognito/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
}

export function poolArn(world: World, poolId: string): string {
  return arn(world, "cognito-idp", `userpool/${poolId}`);
}

/** Host and path that tokens name as their issuer, after `https://`. The keys are served by the local cloud itself. */
export function poolEndpoint(poolId: string): string {
  return `cognito-idp.${poolId.slice(0, poolId.indexOf("_"))}.amazonaws.com/${poolId}`;
}

function userPool(resource: RegisteredResource, world: World): Outputs {
  const id = `${world.region}_${token(resource.urn, 9)}`;
  const { mfaConfiguration, passwordPolicy } = resource.inputs;
  return {
    id,
    arn: poolArn(world, id),
    creationDate: CREATED,
    customDomain: "",
    domain: "",
    endpoint: poolEndpoint(id),
    estimatedNumberOfUsers: 0,
    lastModifiedDate: CREATED,
    mfaConfiguration: mfaConfiguration ?? "OFF",
    name: physicalName(resource),
    passwordPolicy: {
      minimumLength: 8,
      requireLowercase: true,
      requireNumbers: true,
      requireSymbols: true,
      requireUppercase: true,
      temporaryPasswordValidityDays: 7,
      ...objectOf(passwordPolicy),
    },
  };
}

/** What clients may do that name no flows. */
const DEFAULT_FLOWS = ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"];

function userPoolClient(resource: RegisteredResource): Outputs {
  const { inputs, urn } = resource;
  return {
    id: token(urn, 26),
    clientSecret: inputs.generateSecret === true ? hexToken(`${urn}/secret`, 52) : "",
    enableTokenRevocation: inputs.enableTokenRevocation ?? true,
    explicitAuthFlows: inputs.explicitAuthFlows ?? DEFAULT_FLOWS,
    name: physicalName(resource),
    preventUserExistenceErrors: inputs.preventUserExistenceErrors ?? "LEGACY",
    refreshTokenValidity: inputs.refreshTokenValidity ?? 30,
  };
}

function userPoolDomain({ inputs }: RegisteredResource, world: World): Outputs {
  const domain = String(inputs.domain);
  return {
    id: domain,
    awsAccountId: world.account,
    cloudfrontDistribution: `${domain}.auth.${world.region}.amazoncognito.com`,
    cloudfrontDistributionZoneId: "Z2FDTNDATAQYW2",
    s3Bucket: "",
    version: "1",
  };
}

function identityPool({ urn }: RegisteredResource, world: World): Outputs {
  const id = `${world.region}:${uuidOf(urn)}`;
  return { id, arn: arn(world, "cognito-identity", `identitypool/${id}`) };
}

function resourceServer({ inputs }: RegisteredResource): Outputs {
  const scopes = listOf(inputs.scopes).map((scope) => `${inputs.identifier}/${objectOf(scope).scopeName}`);
  return { id: `${inputs.userPoolId}|${inputs.identifier}`, scopeIdentifiers: scopes };
}

/** A UUID that is a function of the seed. */
export function uuidOf(seed: string): string {
  const digits = hexToken(seed, 32);
  const parts = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20)];
  return [...parts, digits.slice(20)].join("-");
}

const TABLE: Readonly<Record<string, OutputsOf>> = {
  IdentityPool: identityPool,
  IdentityPoolRoleAttachment: ({ inputs }) => ({ id: String(inputs.identityPoolId) }),
  ResourceServer: resourceServer,
  User: ({ inputs, urn }) => ({
    id: `${inputs.userPoolId}/${inputs.username}`,
    creationDate: CREATED,
    enabled: inputs.enabled ?? true,
    lastModifiedDate: CREATED,
    status: inputs.password === undefined ? "FORCE_CHANGE_PASSWORD" : "CONFIRMED",
    sub: uuidOf(urn),
  }),
  UserGroup: (resource) => ({
    id: `${resource.inputs.userPoolId}/${physicalName(resource)}`,
    name: physicalName(resource),
  }),
  UserInGroup: ({ inputs }) => ({ id: `${inputs.userPoolId}/${inputs.groupName}/${inputs.username}` }),
  UserPool: userPool,
  UserPoolClient: userPoolClient,
  UserPoolDomain: userPoolDomain,
};

export const outputs: Readonly<Record<string, OutputsOf>> = Object.fromEntries(
  Object.entries(TABLE).map(([name, compute]) => [typeToken(name), compute]),
);
