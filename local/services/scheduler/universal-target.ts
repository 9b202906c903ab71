/**
 * The universal target: an AWS API action, called on the local cloud's own endpoint with the key of the schedule's role.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
 */
import { AwsError } from "../../core/errors.ts";
import type { Cloud } from "../../core/service.ts";
import { callService, type Integration, integrationOf } from "../states/integrations.ts";
import { TaskError } from "../states/task-error.ts";
import { invalid } from "./constraints.ts";
import type { Target } from "./schedule.ts";
import type { Attempt } from "./targets.ts";

const PREFIX = "arn:aws:scheduler:::aws-sdk:";

/** Actions that only read are no targets. */
const READS =
  /^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet)/i;

/** How long an action may take; beyond it the attempt has failed. */
const TIMEOUT_MILLISECONDS = 30_000;

export function isUniversal(targetArn: string): boolean {
  return targetArn.startsWith(PREFIX);
}

/** @throws AwsError ValidationException, or NotImplemented for an action that the local endpoint cannot answer */
export function checkUniversal({ Arn, Input }: Target): void {
  const action = Arn.slice(Arn.lastIndexOf(":") + 1);
  if (READS.test(action))
    throw invalid(`The action ${action} is read-only; it cannot be a schedule's target.`);
  integrationFor(Arn);
  if (Input !== undefined) parse(Input);
}

/** @throws AwsError of the service that is called */
export async function callUniversal({ target, input }: Attempt, cloud: Cloud): Promise<void> {
  const integration = integrationFor(target.Arn);
  const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  try {
    await callService(integration, parse(input), target.RoleArn, cloud.world, signal);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    throw new AwsError(error.name.slice(error.name.indexOf(".") + 1), error.message);
  }
}

function integrationFor(targetArn: string): Integration {
  const integration = integrationOf(`arn:aws:states:::aws-sdk:${targetArn.slice(PREFIX.length)}`);
  if (integration) return integration;
  throw new AwsError("NotImplemented", `The local cloud cannot call the schedule target ${targetArn}.`, 501);
}

function parse(input: string): Parameters<typeof callService>[1] {
  try {
    return JSON.parse(input) as Parameters<typeof callService>[1];
  } catch {
    throw invalid(
      "Invalid RequestJson provided. Reason: the input of a universal target must be a JSON object.",
    );
  }
}
