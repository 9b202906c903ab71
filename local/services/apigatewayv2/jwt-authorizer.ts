/** JWT authorizers: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html */

import { isObject, type JsonObject } from "../apigateway/json.ts";
import { InvalidToken, scopesOf, verifyToken } from "../cognito/jwt.ts";
import type { Authorize } from "./authorizers.ts";
import { HttpApiError } from "./http-api-error.ts";
import type { JwtAuthorizer } from "./model.ts";
import { compileSelection } from "./selection.ts";

const DEFAULT_SOURCE = "$request.header.Authorization";

/** @param requiredScopes of the route; one of them is enough */
export function compileJwtAuthorizer(
  authorizer: JwtAuthorizer,
  requiredScopes: readonly string[],
): Authorize {
  const tokenOf = compileSelection(authorizer.identitySources[0] ?? DEFAULT_SOURCE);
  return async (exchange) => {
    const token = tokenOf(exchange);
    if (!token) throw unauthorized("Bearer");
    const claims = verified(() => {
      const verifiedClaims = verifyToken(token, authorizer.issuer, exchange.cloud);
      checkAudience(verifiedClaims, authorizer.audience);
      return verifiedClaims;
    });
    const scopes = scopesOf(claims);
    if (requiredScopes.length > 0 && !requiredScopes.some((scope) => scopes.includes(scope)))
      throw insufficient(requiredScopes);
    exchange.authorization = {
      kind: "jwt",
      claims: textClaims(claims),
      scopes: requiredScopes.length > 0 ? scopes : null,
    };
  };
}

function verified(check: () => JsonObject): JsonObject {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InvalidToken)) throw error;
    throw unauthorized(`Bearer scope="" error="invalid_token" error_description="${error.message}"`);
  }
}

/** `client_id` counts only when there is no `aud`: access tokens of Cognito have none. */
function checkAudience({ aud, client_id: clientId }: JsonObject, audience: readonly string[]): void {
  const values = (Array.isArray(aud) ? aud : [aud ?? clientId]).map(String);
  if (!values.some((value) => audience.includes(value)))
    throw new InvalidToken("the token does not have a valid audience");
}

function unauthorized(challenge: string): HttpApiError {
  return new HttpApiError(401, "Unauthorized", { headers: { "www-authenticate": challenge } });
}

function insufficient(scopes: readonly string[]): HttpApiError {
  const challenge = `Bearer scope="${scopes.join(" ")}" error="insufficient_scope" error_description="the token does not have the required scopes"`;
  return new HttpApiError(403, "Forbidden", { headers: { "www-authenticate": challenge } });
}

/** All claims become texts; a list is written as `[a b]`. */
function textClaims(claims: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, claimText(value)]));
}

function claimText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(String).join(" ")}]`;
  return isObject(value) ? JSON.stringify(value) : String(value);
}
