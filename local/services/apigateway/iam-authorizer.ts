/** AWS_IAM: https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html */
import { AwsError } from "../../core/errors.ts";
import type { Cloud, Principal } from "../../core/service.ts";
import { credentialOf, flatHeaders } from "../../endpoint/aws-request.ts";
import { createPrincipals } from "../../endpoint/principals.ts";
import type { Exchange } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";
import type { ReceivedRequest } from "./received-request.ts";

/** Who signed a request. */
export interface Caller {
  readonly accessKey: string;
  readonly principal: Principal;
}

const NO_BODY = Buffer.alloc(0);

const PRINCIPALS = new WeakMap<Cloud, ReturnType<typeof createPrincipals>>();

/** The holder of the key that a request is signed with; undefined when it is not signed for API Gateway. */
export function callerOfRequest({ cloud, request, target }: ReceivedRequest): Caller | undefined {
  const credential = credentialOf(flatHeaders(request), new URLSearchParams(target.query), NO_BODY);
  if (credential?.service !== "execute-api") return undefined;
  const principalOf = PRINCIPALS.get(cloud) ?? createPrincipals(() => cloud.resources(), cloud.world.account);
  PRINCIPALS.set(cloud, principalOf);
  return { accessKey: credential.accessKeyId, principal: principalOf(credential.accessKeyId) };
}

/** Lets a request pass whose caller may `execute-api:Invoke` the method. */
export async function authorizeSigned(exchange: Exchange): Promise<void> {
  const caller = callerOfRequest(exchange);
  if (!caller) throw new GatewayError("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token");
  const permission = { action: "execute-api:Invoke", resource: exchange.methodArn };
  try {
    exchange.cloud.authorize(caller.principal, [permission]);
  } catch (error) {
    if (error instanceof AwsError) throw new GatewayError("ACCESS_DENIED", error.message);
    throw error;
  }
  exchange.caller = caller;
}
