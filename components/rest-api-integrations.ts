import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Route } from "./openapi/contract.ts";
import type { FunctionIntegration, Integration } from "./openapi/gateway.ts";
import type { QueueIntegration } from "./openapi/queue-integration.ts";
import { policyDocument, trustPolicy } from "./policy.ts";
import type { Queue } from "./queue.ts";
import type { FunctionRouteArgs, RouteArgs } from "./rest-api-arguments.ts";
import { isQueueRoute, waitSeconds } from "./rest-api-arguments.ts";

/** What stands behind each route, by its key. Creates the role that sends to the queues, when there are any. */
export function integrationsOf(
  name: string,
  routes: readonly Route<RouteArgs>[],
  parent: pulumi.Resource,
): pulumi.Output<Record<string, Integration>> {
  const queues = routes.flatMap(({ contract }) => (isQueueRoute(contract) ? [contract.queue] : []));
  const sender = queues.length > 0 ? createSender(name, [...new Set(queues)], parent) : undefined;
  const entries = routes.map(({ key, contract }) => {
    const integration: pulumi.Output<Integration> = isQueueRoute(contract)
      ? toQueue(contract.queue, sender)
      : toFunction(contract);
    return integration.apply((each) => [key, each] as const);
  });
  return pulumi.all(entries).apply((all) => Object.fromEntries<Integration>(all));
}

function toFunction(route: FunctionRouteArgs): pulumi.Output<FunctionIntegration> {
  const timeoutMilliseconds = waitSeconds(route) * 1000;
  return pulumi.output(route.handler.alias.invokeArn).apply((uri) => ({ uri, timeoutMilliseconds }));
}

function toQueue(
  { queue }: Queue,
  roleArn: pulumi.Output<string> | undefined,
): pulumi.Output<QueueIntegration> {
  return pulumi.all([queue.arn, roleArn]).apply(([arn, role = ""]) => {
    const [, partition, , region, account, queueName] = arn.split(":");
    const queueUri = `arn:${partition}:apigateway:${region}:sqs:path/${account}/${queueName}`;
    return { queueUri, roleArn: role };
  });
}

/**
 * A role that only API Gateway may take, and that may send to these queues and do no more.
 * @returns its ARN, once the role may send
 */
function createSender(
  name: string,
  queues: readonly Queue[],
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const role = new aws.iam.Role(
    `${name}-sender-role`,
    {
      description: `API Gateway puts requests to ${name} into queues with this role.`,
      // AWS documents no condition on the source for integrations, and a role can be passed within its account only.
      assumeRolePolicy: trustPolicy("apigateway.amazonaws.com"),
    },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-sender-policy`,
    {
      role: role.id,
      policy: policyDocument([
        { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: queues.map(({ queue }) => queue.arn) },
      ]),
    },
    { parent },
  );
  return pulumi.all([role.arn, policy.id]).apply(([arn]) => arn);
}
