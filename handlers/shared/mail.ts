/** E-mails by Amazon SES. */
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { clientSettings } from "./aws-client.ts";

export interface Email {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mail {
  /** Resolves once SES has taken the e-mail; ses:SendEmail. */
  send(email: Email): Promise<void>;
}

/** @param sender address that e-mails come from; SES must know it */
export function openMail(sender: string): Mail {
  const client = new SESv2Client(clientSettings(2000));
  return {
    async send({ to, subject, text }) {
      const part = (Data: string) => ({ Data, Charset: "UTF-8" });
      await client.send(
        new SendEmailCommand({
          FromEmailAddress: sender,
          Destination: { ToAddresses: [to] },
          Content: { Simple: { Subject: part(subject), Body: { Text: part(text) } } },
        }),
      );
    },
  };
}
