/** Small graphs for the tests of tools. */
import type { Graph, Properties, Resource } from "../../../local/core/graph.ts";
import { registered } from "../../support/fake-cloud.ts";

export const STACK = "urn:stack";
export const SHOP = "urn:shop";

export const FUNCTION = "aws:lambda/function:Function";
export const QUEUE = "aws:sqs/queue:Queue";
export const TABLE = "aws:dynamodb/table:Table";

/** The stack, and a component below it that is a system once it has an API. */
export const FRAME: readonly Resource[] = [
  component(STACK, "pulumi:pulumi:Stack", "test-dev"),
  component(SHOP, "acme:shop:Shop", "shop", STACK),
];

export function component(urn: string, type: string, name: string, parent?: string): Resource {
  return { ...registered(type, name, {}, parent), urn, custom: false, id: "", outputs: {} };
}

/** A resource whose id is its name and whose ARN ends in it. */
export function resource(type: string, name: string, inputs: Properties = {}, parent = SHOP): Resource {
  const outputs = { ...inputs, arn: arn(type, name), name };
  return { ...registered(type, name, inputs, parent), id: name, outputs };
}

export function arn(type: string, name: string): string {
  return `arn:aws:${type.split(/[:/]/)[1]}:eu-west-1:000000000000:${name}`;
}

/** A function with a role that may do this. */
export function lambda(
  name: string,
  grants: Readonly<Record<string, string>> = {},
  variables: Properties = {},
  settings: Properties = {},
): Resource[] {
  const role = arn("aws:iam/role:Role", `${name}-role`);
  const Statement = Object.entries(grants).map(([action, to]) => ({
    Effect: "Allow",
    Action: [action],
    Resource: to,
  }));
  return [
    resource("aws:iam/role:Role", `${name}-role`),
    resource(FUNCTION, name, { role, environment: { variables }, ...settings }),
    resource("aws:iam/rolePolicy:RolePolicy", `${name}-policy`, {
      role: `${name}-role`,
      policy: JSON.stringify({ Statement }),
    }),
  ];
}

export function integration(name: string): Properties {
  const uri = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${arn(FUNCTION, name)}:live/invocations`;
  return { "x-amazon-apigateway-integration": { type: "aws_proxy", uri } };
}

export function graphWith(...resources: readonly Resource[]): Graph {
  return { project: "test", stack: "dev", resources: [...FRAME, ...resources], outputs: {} };
}
