/** Tokens that nobody should take, made of one that is good. */
import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from "node:crypto";

type Part = Readonly<Record<string, unknown>>;

const encoded = (part: Part): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** The content of one part of a token. */
export function partOf(token: string, index: 0 | 1): Part {
  return JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString("utf8"));
}

/**
 * Tokens that the pool itself has signed, of which something else is wrong.
 * @param privateKey of the pool
 */
export function misleadingTokens(
  good: string,
  privateKey: KeyObject,
  now: number,
): Readonly<Record<string, string>> {
  const claims = partOf(good, 1);
  const [head = ""] = good.split(".");
  const seconds = Math.floor(now / 1000);
  const signed = (own: Part): string => {
    const text = `${head}.${encoded({ ...claims, ...own })}`;
    return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
  };
  const issuer = String(claims.iss);
  return {
    "another app client": signed({ client_id: "0123456789abcdefghijklmnop" }),
    "no app client": signed({ client_id: undefined }),
    "an audience in place of the app client": signed({ client_id: undefined, aud: claims.client_id }),
    "another pool": signed({ iss: `${issuer}x` }),
    "another region": signed({ iss: issuer.replace("eu-west-1", "us-east-1") }),
    "no issuer": signed({ iss: undefined }),
    "the kind of an id token": signed({ token_use: "id" }),
    "no kind": signed({ token_use: undefined }),
    expired: signed({ exp: seconds - 120 }),
    "no end": signed({ exp: undefined }),
    "an end that is a text": signed({ exp: "never" }),
    "a time to come": signed({ nbf: seconds + 120 }),
    nobody: signed({ sub: undefined }),
  };
}

/** @param publicKey that the good token is verified with */
export function forgedTokens(good: string, publicKey: JsonWebKey): Readonly<Record<string, string>> {
  const header = partOf(good, 0);
  const claims = partOf(good, 1);
  const [head = "", body = "", signature = ""] = good.split(".");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const signed = (own: Part, content: Part = claims): string => {
    const text = `${encoded({ ...header, ...own })}.${encoded(content)}`;
    return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
  };
  const pem = createPublicKey({ key: publicKey, format: "jwk" }).export({ type: "spki", format: "pem" });
  const hashed = `${encoded({ ...header, alg: "HS256" })}.${body}`;
  const jwk = createPublicKey(privateKey).export({ format: "jwk" });
  return {
    "alg none": `${encoded({ ...header, alg: "none" })}.${body}.`,
    "alg none with a signature": `${encoded({ ...header, alg: "none" })}.${body}.${signature}`,
    "HS256 with the public key as its secret": `${hashed}.${createHmac("sha256", pem).update(hashed).digest("base64url")}`,
    "a foreign key under the known id": signed({}),
    "an unknown key": signed({ kid: "unknown" }),
    "a key id that is a path": signed({ kid: "../../x" }),
    "no key id": signed({ kid: undefined }),
    "a key of its own (jwk)": signed({ jwk }),
    "an address of its own keys (jku)": signed({ jku: "https://keys.invalid/jwks.json" }),
    "claims that were changed": `${head}.${encoded({ ...claims, sub: "somebody-else", "cognito:groups": ["employees"] })}.${signature}`,
    "the issuer's other form": signed(
      {},
      { ...claims, iss: String(claims.iss).replace("cognito-idp", "issuer-cognito-idp") },
    ),
    "no signature": `${head}.${body}`,
    "a foreign word": "letmein",
  };
}
