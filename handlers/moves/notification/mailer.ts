import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { clientSettings } from "../../shared/aws-client.ts";
import type { Message } from "./messages.ts";

export interface Mailer {
  /** @returns the id that SES gave the e-mail */
  send(to: string, message: Message): Promise<string>;
}

/** E-mails through SES, https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
export function openMailer(sender: string): Mailer {
  // One attempt: an e-mail whose answer got lost may have been sent.
  const client = new SESv2Client({ ...clientSettings(5000), maxAttempts: 1 });
  return {
    async send(to, { subject, text }) {
      const Simple = { Subject: { Data: subject }, Body: { Text: { Data: text } } };
      const { MessageId = "" } = await client.send(
        new SendEmailCommand({
          FromEmailAddress: sender,
          Destination: { ToAddresses: [to] },
          Content: { Simple },
        }),
      );
      return MessageId;
    },
  };
}
