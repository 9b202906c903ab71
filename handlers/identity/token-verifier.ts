/** Verifies access tokens of a Cognito user pool. https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html */
import { FetchError } from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import type { CognitoAccessTokenPayload } from "aws-jwt-verify/jwt-model";
import { JwtVerifier } from "aws-jwt-verify/jwt-verifier";
import { ask, isOk } from "../shared/http.ts";
import type { User } from "../shared/request.ts";

export interface TokenSource {
  /** `https://cognito-idp.<region>.amazonaws.com/<pool id>` */
  readonly issuer: string;
  /** The app client whose tokens are taken. */
  readonly clientId: string;
  /** Where the issuer's public keys are. */
  readonly keysUrl: string;
}

/** The user whom a token is of, or why it is refused: nothing in it is taken from the token. */
export type Verdict = { readonly user: User } | { readonly refused: string };

export type VerifyToken = (token: string) => Promise<Verdict>;

/** Clocks may differ by so much. */
const LEEWAY_SECONDS = 60;

const KEYS_TIMEOUT_MS = 1500;

/**
 * Makes a verifier that remembers the issuer's keys. A key that is not among them is looked for again, at most once in ten
 * seconds, whoever asks. The verifier throws when the keys cannot be read: that says nothing about the token.
 */
export function tokenVerifier({ issuer, clientId, keysUrl }: TokenSource): VerifyToken {
  const verifier = JwtVerifier.create(
    {
      issuer,
      // An access token has no audience; its `client_id` is checked below.
      audience: null,
      jwksUri: keysUrl,
      graceSeconds: LEEWAY_SECONDS,
      customJwtCheck: ({ payload }) => {
        if (payload.token_use !== "access") throw new Error("is no access token");
        if (payload.client_id !== clientId) throw new Error("is of another client");
        if (!payload.sub || !payload.exp) throw new Error("lacks a claim");
      },
    },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: readKeys } }) },
  );
  return async (token) => {
    try {
      return { user: userOf((await verifier.verify(token)) as CognitoAccessTokenPayload) };
    } catch (error) {
      if (error instanceof FetchError) throw error;
      return { refused: error instanceof Error ? error.constructor.name : "unknown" };
    }
  };
}

async function readKeys(url: string): Promise<ArrayBuffer> {
  const reply = await ask(url, {}, { timeoutMs: KEYS_TIMEOUT_MS, attempts: 2, pauseMs: 100 });
  if (reply instanceof Error) throw new FetchError(url, reply.message);
  if (!isOk(reply)) throw new FetchError(url, `status ${reply.status}`);
  return new TextEncoder().encode(reply.body).buffer;
}

/** The e-mail address is there when the user directory puts it into access tokens. */
function userOf({ sub, email, "cognito:groups": groups = [] }: CognitoAccessTokenPayload): User {
  return { userId: sub, email: typeof email === "string" ? email : "", groups };
}
