import type { Cloud } from "../../core/service.ts";

const IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity";

/** Addresses and domains that may send. Those that the program makes are verified at once. */
export class Identities {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  list(): readonly string[] {
    const made = this.#cloud.resources().filter(({ type }) => type === IDENTITY);
    return made.map(({ inputs }) => String(inputs.emailIdentity));
  }

  /** The identity that an address sends as: itself, or its domain; undefined when neither is verified. */
  of(address: string): string | undefined {
    const [, domain = ""] = address.split("@");
    const known = this.list().map((identity) => identity.toLowerCase());
    return [address, domain].find((identity) => known.includes(identity.toLowerCase()));
  }
}
