/** Routes of the control API about what travels: queues and events. */
import { AwsError } from "../core/errors.ts";
import type { Cloud } from "../core/service.ts";
import type { Routes } from "./control.ts";

const QUEUE = "aws:sqs/queue:Queue";

export const MESSAGE_ROUTES: Routes = {
  "GET /_local/queues": async (_question, { cloud }) => ({ items: await Promise.all(queues(cloud)) }),
  "GET /_local/queues/*": ({ name }, { cloud }) => cloud.services.sqs.inspect(arnOf(cloud, name)),
  "POST /_local/queues/*/dead-letter": async ({ name }, { cloud }) => ({
    moved: await cloud.services.sqs.deadLetter(arnOf(cloud, name)),
  }),
  "POST /_local/queues/*/redrive": async ({ name }, { cloud }) => ({
    taskHandle: await cloud.services.sqs.redrive(arnOf(cloud, name)),
  }),
  "GET /_local/events": ({ query }, { cloud }) => ({
    items: cloud.services.events.recent().filter(({ bus }) => !query.has("bus") || bus === query.get("bus")),
  }),
};

function queues(cloud: Cloud) {
  const arns = cloud
    .resources()
    .flatMap(({ type, outputs }) => (type === QUEUE ? [String(outputs.arn)] : []));
  return arns.map(async (arn) => {
    const { visible, inFlight, delayed } = await cloud.services.sqs.inspect(arn);
    return { name: arn.slice(arn.lastIndexOf(":") + 1), arn, visible, inFlight, delayed };
  });
}

/** @throws AwsError QueueDoesNotExist */
function arnOf(cloud: Cloud, name: string): string {
  const queue = cloud.resources().find(({ type, outputs }) => type === QUEUE && outputs.name === name);
  if (queue) return String(queue.outputs.arn);
  throw new AwsError(
    "QueueDoesNotExist",
    `The program has no queue ${name}; GET /_local/queues lists all.`,
    404,
  );
}
