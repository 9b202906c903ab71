/** Captured e-mails and text messages: what on AWS would leave for people's mailboxes and phones is kept here. */
import { randomUUID } from "node:crypto";
import type { CapturedMessage, MailboxApi } from "../../core/apis.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";

/** The oldest messages are dropped beyond this number. */
export const MAILBOX_LIMIT = 1_000;

class Mailbox implements MailboxApi {
  readonly #cloud: Cloud;
  #messages: CapturedMessage[] = [];

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  capture(message: Omit<CapturedMessage, "id" | "at">): void {
    const at = new Date(this.#cloud.clock.now()).toISOString();
    this.#messages = [...this.#messages, { ...message, id: randomUUID(), at }].slice(-MAILBOX_LIMIT);
    const kind = message.kind === "email" ? "e-mail" : "text message";
    const subject = message.subject === "" ? "" : `: ${message.subject}`;
    this.#cloud.log({ kind: "mail", source: "mailbox", message: `${kind} to ${message.to}${subject}` });
  }

  clear(): void {
    this.#messages = [];
  }

  list(): readonly CapturedMessage[] {
    return this.#messages;
  }
}

export const mailbox: ServiceDefinition = {
  name: "mailbox",
  signingNames: [],
  protocol: "json",
  outputs: {},
  create: (cloud): Service => {
    const messages = new Mailbox(cloud);
    return { api: messages, realize: {}, reset: () => messages.clear() };
  },
};
