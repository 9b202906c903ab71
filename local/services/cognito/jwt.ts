/** JSON Web Tokens as API Gateway and Cognito itself check them: signed with RS256 by a user pool of the program, in force. */
import { createPublicKey, verify } from "node:crypto";
import type { Cloud } from "../../core/service.ts";
import type { JsonObject } from "../apigateway/json.ts";
import { isObject, textOf } from "../apigateway/json.ts";

/** Why a token is refused; the text is that of `error_description`. */
export class InvalidToken extends Error {
  override readonly name = "InvalidToken";
}

/**
 * The claims of a token whose signature and times are right.
 * @param token with or without `Bearer` before it
 * @param issuer that must have issued it
 * @throws InvalidToken
 */
export function verifyToken(token: string, issuer: string, { services, clock }: Cloud): JsonObject {
  const [head = "", body = "", signature = "", ...rest] = token.replace(/^bearer\s+/i, "").split(".");
  const header = parsePart(head);
  const claims = parsePart(body);
  if (!header || !claims || signature === "" || rest.length > 0)
    throw new InvalidToken("the token is not a well-formed JWT");
  if (header.alg !== "RS256") throw new InvalidToken("signing method not supported");
  if (claims.iss !== issuer) throw new InvalidToken("the issuer of the token is not valid");
  const key = services.cognito.keysOf(issuer)?.find(({ kid }) => kid === textOf(header.kid));
  if (!key) throw new InvalidToken("the token was signed with an unknown key");
  const publicKey = createPublicKey({ key, format: "jwk" });
  const isSigned = verify(
    "sha256",
    Buffer.from(`${head}.${body}`),
    publicKey,
    Buffer.from(signature, "base64url"),
  );
  if (!isSigned) throw new InvalidToken("the token has an invalid signature");
  checkTimes(claims, Math.floor(clock.now() / 1000));
  return claims;
}

function checkTimes({ exp, nbf, iat }: JsonObject, now: number): void {
  if (typeof exp !== "number" || exp <= now) throw new InvalidToken("the token has expired");
  if (typeof nbf === "number" && nbf > now) throw new InvalidToken("the token is not valid yet");
  if (typeof iat === "number" && iat > now) throw new InvalidToken("the token is used before it was issued");
}

function parsePart(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The scopes of a token. */
export function scopesOf({ scope, scp }: JsonObject): readonly string[] {
  const value = scope ?? scp;
  if (Array.isArray(value)) return value.map(String);
  return textOf(value)?.split(" ") ?? [];
}
