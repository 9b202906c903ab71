/**
 * Secure Remote Password as Cognito speaks it: the client proves that it knows the password without sending it.
 * Group of RFC 5054 (3072 bits), SHA-256. https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { PasswordVerifier } from "./user.ts";

const N_HEX =
  "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
const N = BigInt(`0x${N_HEX}`);
const G = 2n;
const K = numberOf(sha256(Buffer.from(`00${N_HEX}02`, "hex")));
const INFO = "Caldera Derived Key";

/** What is kept of a password. */
export function verifierOf(poolId: string, username: string, password: string): PasswordVerifier {
  const salt = randomBytes(16).toString("hex");
  return { salt, verifier: power(G, privateKeyOf(salt, poolId, username, password)).toString(16) };
}

/** Whether it is the user's password. */
export function isPassword(
  { salt, verifier }: PasswordVerifier,
  poolId: string,
  username: string,
  password: string,
): boolean {
  return power(G, privateKeyOf(salt, poolId, username, password)).toString(16) === verifier;
}

/** The server's side of one sign-in. */
export interface SrpExchange {
  /** `SRP_B`, in hexadecimal digits. */
  readonly publicValue: string;
  /** `SECRET_BLOCK`, in base64; the client sends it back. */
  readonly secretBlock: string;
  /** Whether the client's signature proves that it knows the password. */
  proves(signature: string, timestamp: string): boolean;
}

/**
 * @param clientValue `SRP_A`, in hexadecimal digits
 * @returns undefined when the client's value is none
 */
export function startExchange(
  { verifier }: PasswordVerifier,
  poolId: string,
  username: string,
  clientValue: string,
): SrpExchange | undefined {
  if (!/^[0-9a-f]+$/i.test(clientValue) || BigInt(`0x${clientValue}`) % N === 0n) return undefined;
  const a = BigInt(`0x${clientValue}`);
  const v = BigInt(`0x${verifier}`);
  const b = numberOf(randomBytes(48));
  const publicNumber = (K * v + power(G, b)) % N;
  const secretBlock = randomBytes(64);
  const u = numberOf(sha256(Buffer.concat([padded(a), padded(publicNumber)])));
  const secret = power((a * power(v, u)) % N, b);
  const key = sessionKey(secret, u);
  return {
    publicValue: publicNumber.toString(16),
    secretBlock: secretBlock.toString("base64"),
    proves(signature, timestamp) {
      const content = [Buffer.from(poolName(poolId) + username), secretBlock, Buffer.from(timestamp)];
      const expected = createHmac("sha256", key).update(Buffer.concat(content)).digest();
      const given = Buffer.from(signature, "base64");
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}

function sessionKey(secret: bigint, u: bigint): Buffer {
  const extracted = createHmac("sha256", padded(u)).update(padded(secret)).digest();
  const expanded = createHmac("sha256", extracted).update(
    Buffer.concat([Buffer.from(INFO), Buffer.from([1])]),
  );
  return expanded.digest().subarray(0, 16);
}

function privateKeyOf(salt: string, poolId: string, username: string, password: string): bigint {
  const identity = sha256(Buffer.from(`${poolName(poolId)}${username}:${password}`));
  return numberOf(sha256(Buffer.concat([padded(BigInt(`0x${salt}`)), identity])));
}

/** The part of a pool's id after the region. */
function poolName(poolId: string): string {
  return poolId.slice(poolId.indexOf("_") + 1);
}

/** As a positive number in two's complement: a zero byte goes before a high bit. */
function padded(value: bigint): Buffer {
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Buffer.from(/^[89a-f]/i.test(even) ? `00${even}` : even, "hex");
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % N;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % N;
    square = (square * square) % N;
  }
  return result;
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString("hex")}`);
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
