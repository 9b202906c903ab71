/** Cognito authorizers: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html */
import { InvalidToken, scopesOf, verifyToken } from "../cognito/jwt.ts";
import type { Authorize } from "./authorizers.ts";
import type { Exchange } from "./exchange.ts";
import { compileExpression } from "./expressions.ts";
import type { JsonObject } from "./json.ts";
import { unauthorized } from "./lambda-authorizer.ts";
import type { CognitoAuthorizer } from "./model.ts";

/** @param scopes of the method: with some, an access token with one of them is needed, else the id token */
export function compileCognitoAuthorizer(
  authorizer: CognitoAuthorizer,
  scopes: readonly string[],
): Authorize {
  const source = compileExpression(authorizer.identitySources[0] ?? "");
  const { validationExpression } = authorizer;
  const pattern =
    validationExpression === undefined ? undefined : new RegExp(`^(?:${validationExpression})$`);
  return async (exchange) => {
    const token = source(exchange);
    if (!token || (pattern && !pattern.test(token))) throw unauthorized();
    const claims = verified(token, authorizer.issuers, exchange);
    const isAllowed =
      scopes.length === 0
        ? claims.token_use === "id"
        : claims.token_use === "access" && scopesOf(claims).some((scope) => scopes.includes(scope));
    if (!isAllowed) throw unauthorized();
    exchange.authorizer = { claims: textClaims(claims) };
  };
}

function verified(token: string, issuers: readonly string[], { cloud }: Exchange): JsonObject {
  let refusal = new InvalidToken("the token comes from no pool of the authorizer");
  for (const issuer of issuers) {
    try {
      return verifyToken(token, issuer, cloud);
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      if (error.message !== "the issuer of the token is not valid") refusal = error;
    }
  }
  throw refusal.message === "the token has expired"
    ? unauthorized("The incoming token has expired")
    : unauthorized();
}

/** All claims become texts; times are written out, lists are joined by commas. */
function textClaims(claims: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => {
      const isTime = (name === "exp" || name === "iat") && typeof value === "number";
      return [name, isTime ? writtenOut(value) : Array.isArray(value) ? value.join(",") : String(value)];
    }),
  );
}

/** `Thu Jan 15 12:00:00 UTC 2026` */
function writtenOut(seconds: number): string {
  const [week = "", day, month, year, time] = new Date(seconds * 1000).toUTCString().split(" ");
  return `${week.slice(0, 3)} ${month} ${day} ${time} UTC ${year}`;
}
