/**
 * What a user pool calls before it makes tokens: puts the e-mail address, once it is verified, into the access token, so that
 * an API knows it without asking.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
import type { PreTokenGenerationV2TriggerEvent } from "aws-lambda";

export function addClaims(event: PreTokenGenerationV2TriggerEvent): PreTokenGenerationV2TriggerEvent {
  const { email, email_verified: verified } = event.request.userAttributes;
  if (email === undefined || verified !== "true") return event;
  const accessTokenGeneration = { claimsToAddOrOverride: { email } };
  return { ...event, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration } } };
}

export const handler = async (event: PreTokenGenerationV2TriggerEvent) => addClaims(event);
