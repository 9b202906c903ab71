/** Codes that users are sent: e-mails and text messages are captured in the mailbox. */
import { randomInt } from "node:crypto";
import { AwsError } from "../../core/errors.ts";
import type { JsonInput } from "../../core/protocol.ts";
import { objectOf, textOf } from "../apigateway/json.ts";
import { invalidParameter } from "./errors.ts";
import type { Pools } from "./pools.ts";
import type { User } from "./user.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const SENDER = "no-reply@verificationemail.com";

/** Makes a code for a purpose and sends it. @returns `CodeDeliveryDetails` */
export function sendCode(pools: Pools, user: User, purpose: "confirmation" | "reset"): JsonInput {
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  const lifetime = purpose === "confirmation" ? DAY : HOUR;
  user.codes = { ...user.codes, [purpose]: { code, expiresAt: pools.cloud.clock.now() + lifetime } };
  pools.save(user);
  const { inputs } = pools.pool(user.poolId);
  const template = objectOf(inputs.verificationMessageTemplate);
  const isReset = purpose === "reset";
  const subject = textOf(template.emailSubject) ?? textOf(inputs.emailVerificationSubject);
  const message = textOf(template.emailMessage) ?? textOf(inputs.emailVerificationMessage);
  const text = message ?? `Your ${isReset ? "password reset" : "confirmation"} code is {####}`;
  const title = subject ?? (isReset ? "Your password reset code" : "Your verification code");
  return deliver(pools, user, title, text.replaceAll("{####}", code));
}

/** Tells a user whom an administrator made how to sign in. */
export function sendInvitation(pools: Pools, user: User, password: string): void {
  const config = objectOf(pools.pool(user.poolId).inputs.adminCreateUserConfig);
  const template = objectOf(config.inviteMessageTemplate);
  const text =
    textOf(template.emailMessage) ?? "Your username is {username} and temporary password is {####}.";
  const filled = text.replaceAll("{username}", user.username).replaceAll("{####}", password);
  deliver(pools, user, textOf(template.emailSubject) ?? "Your temporary password", filled);
}

function deliver({ cloud }: Pools, { attributes }: User, subject: string, body: string): JsonInput {
  const { email, phone_number: phone } = attributes;
  if (email !== undefined) {
    cloud.services.mailbox.capture({ kind: "email", to: email, from: SENDER, subject, body });
    return { AttributeName: "email", DeliveryMedium: "EMAIL", Destination: masked(email) };
  }
  if (phone === undefined)
    throw invalidParameter("Cannot send a message: the user has neither email nor phone_number.");
  cloud.services.mailbox.capture({ kind: "sms", to: phone, from: "", subject: "", body });
  return { AttributeName: "phone_number", DeliveryMedium: "SMS", Destination: `+*******${phone.slice(-4)}` };
}

/** `a***@e***` of `ana@example.com`. */
function masked(email: string): string {
  const [name = "", host = ""] = email.split("@");
  return `${name.charAt(0)}***@${host.charAt(0)}***`;
}

/**
 * Takes a code that was sent.
 * @throws AwsError CodeMismatchException, ExpiredCodeException
 */
export function takeCode(pools: Pools, user: User, purpose: "confirmation" | "reset", given: string): void {
  const sent = user.codes[purpose];
  if (!sent || sent.expiresAt <= pools.cloud.clock.now())
    throw new AwsError("ExpiredCodeException", "Invalid code provided, please request a code again.");
  if (sent.code !== given)
    throw new AwsError("CodeMismatchException", "Invalid verification code provided, please try again.");
  user.codes = { ...user.codes, [purpose]: undefined };
}
