/** The client's side of Secure Remote Password, written from RFC 5054 and independent of the server's. */
import { createHash, createHmac, getDiffieHellman, hkdfSync } from "node:crypto";

/** Group 15 of RFC 3526 is the group that RFC 5054 names for 3072 bits, with another generator. */
const N = BigInt(`0x${getDiffieHellman("modp15").getPrime("hex")}`);
const G = 2n;

const hash = (...parts: Buffer[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
const number = (bytes: Buffer) => BigInt(`0x${bytes.toString("hex")}`);

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) result = (result * result * (bit === "1" ? base : 1n)) % N;
  return result;
}

function plain(value: bigint): Buffer {
  const digits = value.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
}

/** With a zero byte before a high bit, as Java writes positive numbers. */
function signed(value: bigint): Buffer {
  const bytes = plain(value);
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}

const SECRET = number(hash(Buffer.from("a secret of the client"), Buffer.from("and more")));

export const SRP_A = power(G, SECRET).toString(16);

/** `ChallengeResponses` that prove the password. */
export function proofOf(
  poolId: string,
  password: string,
  challenge: Record<string, string>,
  timestamp: string,
): Record<string, string> {
  const { SALT = "", SRP_B = "", SECRET_BLOCK = "", USER_ID_FOR_SRP: user = "" } = challenge;
  const pool = poolId.split("_")[1] ?? "";
  const a = number(Buffer.from(SRP_A.padStart(768, "0"), "hex"));
  const b = BigInt(`0x${SRP_B}`);
  const k = number(hash(signed(N), Buffer.from([2])));
  const u = number(hash(signed(a), signed(b)));
  const x = number(hash(signed(BigInt(`0x${SALT}`)), hash(Buffer.from(`${pool}${user}:${password}`))));
  const base = (((b - k * power(G, x)) % N) + N) % N;
  const secret = power(base, SECRET + u * x);
  const key = Buffer.from(hkdfSync("sha256", signed(secret), signed(u), "Caldera Derived Key", 16));
  const block = Buffer.from(SECRET_BLOCK, "base64");
  const content = Buffer.concat([Buffer.from(pool + user), block, Buffer.from(timestamp)]);
  return {
    USERNAME: user,
    PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
    PASSWORD_CLAIM_SIGNATURE: createHmac("sha256", key).update(content).digest("base64"),
    TIMESTAMP: timestamp,
  };
}
