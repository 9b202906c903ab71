/**
 * What a user pool calls when somebody has confirmed an account: puts those who signed themselves up into their group.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
 *
 * - GROUP: AdminAddUserToGroup of the pool
 */
import {
  AdminAddUserToGroupCommand,
  CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Context, PostConfirmationTriggerEvent } from "aws-lambda";
import { clientSettings } from "../shared/aws-client.ts";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";

/** @returns the event, as Cognito asks for; adding somebody twice changes nothing, so Cognito may try again */
export async function joinGroup(
  event: PostConfirmationTriggerEvent,
  client: Pick<CognitoIdentityProviderClient, "send">,
  group: string,
): Promise<PostConfirmationTriggerEvent> {
  // Cognito calls this after a forgotten password, too, when an employee may be who confirms.
  if (event.triggerSource !== "PostConfirmation_ConfirmSignUp") return event;
  const { userPoolId: UserPoolId, userName: Username } = event;
  await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: group }));
  return event;
}

const { GROUP } = readEnv(["GROUP"]);
const client = new CognitoIdentityProviderClient(clientSettings(1000));

export const handler = (event: PostConfirmationTriggerEvent, context: Context) => {
  logger.addContext(context);
  return joinGroup(event, client, GROUP);
};
