/** What AWS would return for IAM's resources. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
import type { RegisteredResource } from "../../core/graph.ts";
import { hexToken, physicalName } from "../../core/names.ts";
import type { Outputs, OutputsOf, World } from "../../core/service.ts";

/** Any fixed time will do: it only has to be the same at each evaluation. */
const CREATED_AT = "2025-01-01T00:00:00Z";

/** Something with a name, a path and an ARN: a role, a user, a policy. */
function identity(kind: string, uniqueIdPrefix: string): OutputsOf {
  return (resource, world) => {
    const name = physicalName(resource);
    const path = text(resource, "path") || "/";
    const arn = `arn:aws:iam::${world.account}:${kind}${path}${name}`;
    const uniqueId = `${uniqueIdPrefix}${hexToken(resource.urn, 17).toUpperCase()}`;
    return { id: name, name, path, arn, uniqueId, createDate: CREATED_AT };
  };
}

const role: OutputsOf = (resource, world) => ({
  maxSessionDuration: 3600,
  ...identity("role", "AROA")(resource, world),
});

const policy: OutputsOf = (resource, world) => {
  const { uniqueId, ...rest } = identity("policy", "ANPA")(resource, world);
  return { ...rest, id: String(rest.arn), policyId: uniqueId, attachmentCount: 0 };
};

/** A policy written into a role, user or group. */
function inlinePolicy(owner: "role" | "user" | "group"): OutputsOf {
  return (resource) => {
    const name = physicalName(resource);
    return { id: `${text(resource, owner)}:${name}`, name };
  };
}

function attachment(owner: "role" | "user" | "group"): OutputsOf {
  return (resource) => ({ id: `${text(resource, owner)}/${text(resource, "policyArn")}` });
}

function openIdConnectProvider(resource: RegisteredResource, world: World): Outputs {
  const host = text(resource, "url").replace(/^https:\/\//, "");
  const arn = `arn:aws:iam::${world.account}:oidc-provider/${host}`;
  return { id: arn, arn };
}

function serviceLinkedRole(resource: RegisteredResource, world: World): Outputs {
  const service = text(resource, "awsServiceName");
  const name = `AWSServiceRoleFor${service.split(".", 1)[0] ?? ""}`;
  const path = `/aws-service-role/${service}/`;
  const arn = `arn:aws:iam::${world.account}:role${path}${name}`;
  return { id: arn, arn, name, path, createDate: CREATED_AT };
}

/** A resource of which only its existence counts. */
const plain: OutputsOf = (resource) => ({ id: resource.name });

function text(resource: RegisteredResource, property: string): string {
  const value = resource.inputs[property];
  return typeof value === "string" ? value : "";
}

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:iam/accountAlias:AccountAlias": plain,
  "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": plain,
  "aws:iam/group:Group": identity("group", "AGPA"),
  "aws:iam/groupMembership:GroupMembership": plain,
  "aws:iam/groupPolicy:GroupPolicy": inlinePolicy("group"),
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": attachment("group"),
  "aws:iam/instanceProfile:InstanceProfile": identity("instance-profile", "AIPA"),
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": openIdConnectProvider,
  "aws:iam/policy:Policy": policy,
  "aws:iam/policyAttachment:PolicyAttachment": (resource) => ({
    id: physicalName(resource),
    name: physicalName(resource),
  }),
  "aws:iam/role:Role": role,
  "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": plain,
  "aws:iam/rolePolicy:RolePolicy": inlinePolicy("role"),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": attachment("role"),
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": plain,
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": serviceLinkedRole,
  "aws:iam/user:User": identity("user", "AIDA"),
  "aws:iam/userGroupMembership:UserGroupMembership": plain,
  "aws:iam/userPolicy:UserPolicy": inlinePolicy("user"),
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": attachment("user"),
};
