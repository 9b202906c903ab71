import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from "@aws-sdk/client-sesv2";
import { expect } from "chai";
import { mailbox } from "../../local/services/mailbox/index.ts";
import { ses } from "../../local/services/ses/index.ts";
import { DataCloud } from "./support/data-cloud.ts";

const SENDER = "hello@shop.example";
const IDENTITY = "arn:aws:ses:eu-west-1:000000000000:identity/shop.example";

const email = (overrides: Partial<SendEmailCommandInput> = {}): SendEmailCommandInput => ({
  FromEmailAddress: `Shop <${SENDER}>`,
  Destination: { ToAddresses: ["ana@example.com"] },
  Content: { Simple: { Subject: { Data: "Your order" }, Body: { Text: { Data: "It is on its way." } } } },
  ...overrides,
});

describe("SES", () => {
  let cloud: DataCloud;

  before(async () => {
    cloud = await DataCloud.start([ses, mailbox]);
    await cloud.declare("aws:sesv2/emailIdentity:EmailIdentity", "shop", { emailIdentity: "shop.example" });
  });
  after(() => cloud.stop());

  const send = async (input: SendEmailCommandInput, options = cloud.asUser) => {
    const client = new SESv2Client(options);
    try {
      return await client.send(new SendEmailCommand(input));
    } catch (error) {
      return error as Error;
    } finally {
      client.destroy();
    }
  };

  it("captures an e-mail of a verified domain, one for each recipient", async () => {
    const sent = await send(
      email({ Destination: { ToAddresses: ["Ana <ana@example.com>"], CcAddresses: ["b@example.com"] } }),
    );
    expect(sent).to.have.property("MessageId").that.is.a("string");
    const mails = cloud.apis.mailbox.list().map(({ id: _, at: _at, ...mail }) => mail);
    const mail = { kind: "email", from: SENDER, subject: "Your order", body: "It is on its way." };
    expect(mails).to.deep.equal([
      { ...mail, to: "ana@example.com" },
      { ...mail, to: "b@example.com" },
    ]);
  });

  it("refuses senders that nobody verified, as AWS does", async () => {
    expect(await send(email({ FromEmailAddress: "boss@bank.example" }))).to.include({
      name: "MessageRejected",
      message:
        "Email address is not verified. The following identities failed the check in region EU-WEST-1: boss@bank.example",
    });
  });

  it("lets a function send with its own sender only, when its role says so", async () => {
    const statement = {
      Effect: "Allow",
      Action: "ses:SendEmail",
      Resource: IDENTITY,
      Condition: { StringEquals: { "ses:FromAddress": SENDER } },
    };
    const options = await cloud.asFunction("notify", [statement]);
    expect(await send(email(), options)).to.have.property("MessageId");
    const other = await send(email({ FromEmailAddress: "ceo@shop.example" }), options);
    expect(other).to.include({ name: "AccessDeniedException" });
  });

  it("says what it does not have, and what an e-mail lacks", async () => {
    const raw = await send(email({ Content: { Raw: { Data: new Uint8Array([1]) } } }));
    expect(raw).to.include({ name: "NotImplemented" });
    expect(await send(email({ Destination: {} }))).to.include({ name: "BadRequestException" });
    expect(await send(email({ Destination: { ToAddresses: ["nobody"] } }))).to.include({
      message: "Invalid email address: nobody",
    });
  });
});
