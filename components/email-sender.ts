import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "./base.ts";
import type { Link } from "./link.ts";
import { refuseMistakes } from "./mistakes.ts";

export interface EmailSenderArgs {
  /** Address that e-mails come from. AWS sends it a message with a link that somebody must follow. */
  readonly address: string;
}

/**
 * Sends e-mails to anybody, from one address, with Amazon SES.
 *
 * Creates: an e-mail identity. While the account is in SES's sandbox, receivers must be verified, too.
 *
 *     const sender = new EmailSender("appointments", { address: "appointments@example.com" });
 *     new AlarmedFunction("send", { links: { SENDER_ADDRESS: sender.link("send") }, … });
 */
export class EmailSender extends Component {
  readonly identity: aws.sesv2.EmailIdentity;
  readonly #address: string;

  /** @throws pulumi.InputPropertiesError when the address is none */
  constructor(name: string, args: EmailSenderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("EmailSender", name, {}, opts);
    const reason = `is "${args.address}"; give an e-mail address`;
    const isAddress = /^[^\s@<>]+@[^\s@<>]+$/.test(args.address);
    refuseMistakes(`EmailSender "${name}"`, isAddress ? [] : [{ propertyPath: "address", reason }]);
    this.#address = args.address;
    this.identity = new aws.sesv2.EmailIdentity(
      `${name}-identity`,
      { emailIdentity: args.address },
      { parent: this },
    );
    this.registerOutputs({ identity: this.identity });
  }

  /** What a function needs: the sender's address, and the permission to send from it and no other. */
  link(_access: "send"): Link {
    return {
      // The address alone would not wait for the identity.
      value: pulumi.output(this.identity.emailIdentity),
      statements: [
        {
          Effect: "Allow",
          Action: ["ses:SendEmail"],
          Resource: this.identity.arn,
          Condition: { StringEquals: { "ses:FromAddress": this.#address } },
        },
      ],
    };
  }
}
