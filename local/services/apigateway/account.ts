/** The account's setting for logs: the role with which API Gateway writes them. */
import type { Resource } from "../../core/graph.ts";
import { arn } from "../../core/names.ts";
import { isPermitted } from "../../core/permitted.ts";
import type { Cloud } from "../../core/service.ts";

/** What the role must be allowed to do: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html */
const LOG_ACTIONS = [
  "logs:CreateLogGroup",
  "logs:CreateLogStream",
  "logs:DescribeLogGroups",
  "logs:DescribeLogStreams",
  "logs:PutLogEvents",
  "logs:GetLogEvents",
  "logs:FilterLogEvents",
];
/** API Gateway makes it to try the role. */
const WELCOME_GROUP = "log-group:/aws/apigateway/welcome";

/** AWS refuses the setting when the role is not allowed to write logs; here a warning says so. */
export function checkAccount({ outputs, name }: Resource, cloud: Cloud): void {
  const { cloudwatchRoleArn: role } = outputs;
  if (typeof role !== "string" || role === "") return;
  const resource = arn(cloud.world, "logs", WELCOME_GROUP);
  const permissions = LOG_ACTIONS.map((action) => ({ action, resource }));
  if (isPermitted(cloud, { kind: "role", arn: role }, permissions)) return;
  const message = `AWS refuses the Account ${name}: its role lacks permissions to write logs.`;
  cloud.log({ kind: "warning", source: "apigateway", message });
}
