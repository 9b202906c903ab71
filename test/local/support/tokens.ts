/** Tokens as a user pool issues them, and as somebody who may not would forge them. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { PublicKey } from "../../../local/core/apis.ts";

export interface Signer {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
}

export function newSigner(kid: string): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    kid,
    privateKey,
    publicKey: { ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" },
  };
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

export function tokenOf(signer: Signer, claims: object, header: object = {}): string {
  const content = `${part({ alg: "RS256", kid: signer.kid, ...header })}.${part(claims)}`;
  return `${content}.${sign("sha256", Buffer.from(content), signer.privateKey).toString("base64url")}`;
}

/** Without a signature, and saying so. */
export function unsignedToken(signer: Signer, claims: object): string {
  return `${part({ alg: "none", kid: signer.kid })}.${part(claims)}.AAAA`;
}

/** Signed with the public key as if it were a shared secret. */
export function confusedToken(signer: Signer, claims: object): string {
  const content = `${part({ alg: "HS256", kid: signer.kid })}.${part(claims)}`;
  const hmac = createHmac("sha256", String(signer.publicKey.n)).update(content);
  return `${content}.${hmac.digest("base64url")}`;
}
