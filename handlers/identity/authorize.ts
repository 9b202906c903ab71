/**
 * The authorizer of an API: who a request comes from, and whether one of their groups may call its route.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
 *
 * - USER_POOL_ISSUER, USER_POOL_CLIENT_ID: whose tokens are taken
 * - JWKS_URI: where their public keys are
 * - ROUTE_GROUPS: JSON of the groups by route
 */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent, Context } from "aws-lambda";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";
import { tokenVerifier, type VerifyToken } from "./token-verifier.ts";

/** Groups by `METHOD /path/{parameter}`; `ANY` stands for every method without an entry of its own. */
export type RouteGroups = Readonly<Record<string, readonly string[]>>;

/** Of three parts, none of them empty but for the signature, which `alg: none` leaves out. */
const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)$/i;
const LONGEST_TOKEN = 8192;

/**
 * Judges one request. The policy speaks of this request's method and path alone, and answers are remembered by these, if at
 * all: so it is right for every request that it is applied to.
 * @throws Error `Unauthorized`, which API Gateway answers with 401
 */
export async function authorize(
  event: APIGatewayRequestAuthorizerEvent,
  verify: VerifyToken,
  routes: RouteGroups,
): Promise<APIGatewayAuthorizerResult> {
  const token = bearerToken(event);
  const verdict = token === undefined ? { refused: "no token" } : await verify(token);
  const route = `${event.httpMethod} ${event.resource}`;
  if ("refused" in verdict) {
    logger.info("Refused", { route, reason: verdict.refused });
    throw new Error("Unauthorized");
  }
  const { userId, email } = verdict.user;
  // Handlers get the groups as one text, with commas in between.
  const groups = verdict.user.groups.filter((group) => !group.includes(","));
  const allowed = routes[route] ?? routes[`ANY ${event.resource}`] ?? [];
  const Effect = allowed.some((group) => groups.includes(group)) ? "Allow" : "Deny";
  return {
    principalId: userId,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect, Resource: event.methodArn }],
    },
    context: { userId, email, groups: groups.join(",") },
  };
}

/** The token of the only Authorization header. */
function bearerToken({ headers, multiValueHeaders }: APIGatewayRequestAuthorizerEvent): string | undefined {
  const values = Object.entries({ ...headers, ...multiValueHeaders })
    .filter(([name]) => name.toLowerCase() === "authorization")
    .flatMap(([, value]) => value ?? []);
  const [value, ...others] = values;
  if (value === undefined || others.length > 0 || value.length > LONGEST_TOKEN) return undefined;
  return BEARER.exec(value)?.[1];
}

const env = readEnv(["USER_POOL_ISSUER", "USER_POOL_CLIENT_ID", "JWKS_URI", "ROUTE_GROUPS"]);
const verify = tokenVerifier({
  issuer: env.USER_POOL_ISSUER,
  clientId: env.USER_POOL_CLIENT_ID,
  keysUrl: env.JWKS_URI,
});
const routes = JSON.parse(env.ROUTE_GROUPS) as RouteGroups;

export const handler = (event: APIGatewayRequestAuthorizerEvent, context: Context) => {
  logger.addContext(context);
  return authorize(event, verify, routes);
};
