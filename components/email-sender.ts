import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "./base.ts";
import type { Link } from "./link.ts";
import { refuseMistakes } from "./mistakes.ts";

export interface EmailSenderArgs {
  /** Whom e-mails come from, such as `moves@example.com`. */
  readonly address: string;
  /**
   * What SES verifies: the address itself, or its whole domain, whose DNS then needs the records that SES names.
   * @default "address"
   */
  readonly verify?: "address" | "domain";
}

const ADDRESS = /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/;

/**
 * Whom e-mails to people outside come from.
 *
 * Creates: an identity of SES. AWS writes to the address to have it verified, and lets a new account write to verified
 * addresses only, until it is asked to lift that: https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
 *
 *     const sender = new EmailSender("shop", { address: "shop@example.com" });
 *     new AlarmedFunction("thank", { links: { SENDER: sender.link("send") }, … });
 */
export class EmailSender extends Component {
  readonly identity: aws.sesv2.EmailIdentity;
  readonly #address: string;

  /** @throws pulumi.InputPropertiesError when the address is none */
  constructor(name: string, args: EmailSenderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("EmailSender", name, {}, opts);
    const reason = `is "${args.address}"; give an address such as shop@example.com`;
    const mistakes = ADDRESS.test(args.address) ? [] : [{ propertyPath: "address", reason }];
    refuseMistakes(`EmailSender "${name}"`, mistakes);
    this.#address = args.address;
    const domain = args.address.slice(args.address.indexOf("@") + 1);
    this.identity = new aws.sesv2.EmailIdentity(
      `${name}-identity`,
      { emailIdentity: args.verify === "domain" ? domain : args.address },
      { parent: this },
    );
    this.registerOutputs({ identity: this.identity });
  }

  /** What a function needs: the address, and the permission to send as this address alone. */
  link(_access: "send"): Link {
    return {
      value: this.#address,
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
