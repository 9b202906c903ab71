/** A user of a pool, as it is kept. */

export type UserStatus = "UNCONFIRMED" | "CONFIRMED" | "FORCE_CHANGE_PASSWORD" | "RESET_REQUIRED";

/** What a password is checked with; the password itself is not kept. */
export interface PasswordVerifier {
  /** Hexadecimal digits. */
  readonly salt: string;
  readonly verifier: string;
}

/** A sign-in that its refresh token keeps alive. */
export interface Session {
  readonly refreshToken: string;
  readonly clientId: string;
  /** `origin_jti` of its tokens. */
  readonly originJti: string;
  /** Seconds since the epoch. */
  readonly authTime: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface SentCode {
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface User {
  readonly poolId: string;
  readonly username: string;
  readonly sub: string;
  attributes: Readonly<Record<string, string>>;
  status: UserStatus;
  enabled: boolean;
  readonly createdAt: number;
  changedAt: number;
  groups: readonly string[];
  password: PasswordVerifier | undefined;
  /** Until when a temporary password works. */
  passwordExpiresAt: number | undefined;
  sessions: readonly Session[];
  codes: { confirmation?: SentCode | undefined; reset?: SentCode | undefined };
}
