/** What AWS would return for the resource types of SNS. */

import type { RegisteredResource } from "../../core/graph.ts";
import { arn, hexToken, physicalName } from "../../core/names.ts";
import type { OutputsOf } from "../../core/service.ts";

const FIFO_SUFFIX = ".fifo";

const topic: OutputsOf = (resource, world) => {
  const name = topicName(resource);
  const topicArn = arn(world, "sns", name);
  return {
    id: topicArn,
    arn: topicArn,
    name,
    owner: world.account,
    fifoTopic: resource.inputs.fifoTopic ?? false,
    displayName: resource.inputs.displayName ?? "",
  };
};

function topicName(resource: RegisteredResource): string {
  const name = physicalName(resource);
  return resource.inputs.fifoTopic === true && !name.endsWith(FIFO_SUFFIX) ? `${name}${FIFO_SUFFIX}` : name;
}

/** E-mail subscriptions, which on AWS wait for their confirmation, count as confirmed. */
const topicSubscription: OutputsOf = ({ inputs, urn }, world) => {
  const id = `${hexToken(urn, 8)}-${hexToken(`${urn} 2`, 4)}-4${hexToken(`${urn} 3`, 3)}-8${hexToken(`${urn} 4`, 3)}-${hexToken(`${urn} 5`, 12)}`;
  const subscriptionArn = `${String(inputs.topic)}:${id}`;
  return {
    id: subscriptionArn,
    arn: subscriptionArn,
    ownerId: world.account,
    pendingConfirmation: false,
    confirmationWasAuthenticated: true,
    filterPolicyScope: inputs.filterPolicyScope ?? "MessageAttributes",
  };
};

const topicPolicy: OutputsOf = ({ inputs }, world) => ({ id: String(inputs.arn), owner: world.account });

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:sns/topic:Topic": topic,
  "aws:sns/topicPolicy:TopicPolicy": topicPolicy,
  "aws:sns/topicSubscription:TopicSubscription": topicSubscription,
};
