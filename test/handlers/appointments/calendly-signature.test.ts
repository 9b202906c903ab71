import { createHmac } from "node:crypto";
import { expect } from "chai";
import { isSigned, LONGEST_SECONDS } from "../../../handlers/appointments/calendly-signature.ts";

const BODY = Buffer.from('{"event":"invitee.created","name":"Ñ"}');
const NOW = new Date("2026-01-31T10:00:00Z");
const seconds = NOW.getTime() / 1000;

const hmac = (time: number, body = BODY, key = "key") =>
  createHmac("sha256", key).update(`${time}.`).update(body).digest("hex");
const signature = (time = seconds, body = BODY, key = "key") => `t=${time},v1=${hmac(time, body, key)}`;

describe("the signature of Calendly's webhook", () => {
  it("is good for three minutes", () => {
    expect(isSigned(signature(), BODY, "key", NOW)).to.equal(true);
    expect(isSigned(signature(seconds - LONGEST_SECONDS), BODY, "key", NOW)).to.equal(true);
    expect(isSigned(signature(seconds - LONGEST_SECONDS - 1), BODY, "key", NOW)).to.equal(false);
    expect(isSigned(signature(seconds + LONGEST_SECONDS + 1), BODY, "key", NOW)).to.equal(false);
  });

  it("is that of this body, this time and this key", () => {
    expect(isSigned(signature(seconds, Buffer.from("{}")), BODY, "key", NOW)).to.equal(false);
    expect(isSigned(signature(seconds, BODY, "other"), BODY, "key", NOW)).to.equal(false);
    expect(isSigned(`t=${seconds},v1=${hmac(seconds - 1)}`, BODY, "key", NOW)).to.equal(false);
  });

  for (const header of [
    undefined,
    "",
    "t=,v1=",
    "v1=ab",
    `t=${seconds}`,
    `t=${seconds},v1=ab`,
    `t=1e9,v1=${hmac(1e9)}`,
  ]) {
    it(`is not ${JSON.stringify(header)}`, () => {
      expect(isSigned(header, BODY, "key", NOW)).to.equal(false);
    });
  }
});
