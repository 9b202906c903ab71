/** Whether Lambda may assume the role of a function. */
import type { Cloud } from "../../core/service.ts";
import { mayAssume } from "../iam/trust-policies.ts";
import type { FunctionSettings } from "./function-settings.ts";

/** Why Lambda cannot run a function in its role, in AWS's words; undefined when it can. */
export function trustRefusal(
  cloud: Cloud,
  { role, arn }: Pick<FunctionSettings, "role" | "arn">,
): string | undefined {
  const assumption = { roleArn: role, service: "lambda.amazonaws.com", sourceArn: arn };
  return mayAssume(cloud, assumption)
    ? undefined
    : "The role defined for the function cannot be assumed by Lambda.";
}
