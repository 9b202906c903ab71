/** Changing what a role may do while the program runs, as a person does on AWS: with IAM's own API. */
import type { LocalCloud } from "../../../local/local-cloud.ts";

interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly { readonly Action: readonly string[] }[];
}

/** A call of IAM's API; its XML. */
export async function callIam(
  cloud: LocalCloud,
  Action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const answer = await fetch(cloud.world.endpoint, {
    method: "POST",
    headers: {
      authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, Signature=test",
    },
    body: new URLSearchParams({ Action, Version: "2010-05-08", ...parameters }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${Action}: ${answer.status} ${text}`);
  return text;
}

/** Takes every statement with an action away from the policy of a function. Returns how to give them back. */
export async function takeAway(
  cloud: LocalCloud,
  functionName: string,
  action: string,
): Promise<() => Promise<unknown>> {
  const found = cloud.graph.resources.find(
    ({ type, name, inputs }) =>
      type === "aws:iam/rolePolicy:RolePolicy" &&
      name.startsWith(functionName) &&
      String(inputs.policy).includes(`"${action}"`),
  );
  if (!found) throw new Error(`No policy of ${functionName} grants ${action}`);
  const role = { RoleName: String(found.outputs.role), PolicyName: String(found.outputs.name) };
  const before = await documentOf(cloud, role);
  const { Statement, ...rest } = JSON.parse(before) as PolicyDocument;
  const left = Statement.filter(({ Action }) => !Action.includes(action));
  if (left.length === 0) await callIam(cloud, "DeleteRolePolicy", role);
  else await put(cloud, role, JSON.stringify({ ...rest, Statement: left }));
  return () => put(cloud, role, before);
}

type RolePolicy = { readonly RoleName: string; readonly PolicyName: string };

function put(cloud: LocalCloud, role: RolePolicy, PolicyDocument: string): Promise<string> {
  return callIam(cloud, "PutRolePolicy", { ...role, PolicyDocument });
}

async function documentOf(cloud: LocalCloud, role: RolePolicy): Promise<string> {
  const xml = await callIam(cloud, "GetRolePolicy", role);
  return decodeURIComponent(/<PolicyDocument>([^<]*)</.exec(xml)?.[1] ?? "");
}
