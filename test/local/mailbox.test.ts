import { expect } from "chai";
import { MAILBOX_LIMIT, mailbox } from "../../local/services/mailbox/index.ts";
import { DataCloud } from "./support/data-cloud.ts";

describe("Mailbox", () => {
  let cloud: DataCloud;

  before(async () => {
    cloud = await DataCloud.start([mailbox]);
  });

  after(() => cloud.stop());

  it("keeps captured messages in order, and forgets the oldest beyond its limit", () => {
    const message = { kind: "email", to: "ana@example.com", from: "shop", body: "text" } as const;
    for (let number = 0; number <= MAILBOX_LIMIT; number++) {
      cloud.apis.mailbox.capture({ ...message, subject: String(number) });
    }
    const list = cloud.apis.mailbox.list();
    expect(list).to.have.length(MAILBOX_LIMIT);
    expect(list[0]?.subject).to.equal("1");
    expect(list.at(-1)).to.deep.include({ ...message, subject: String(MAILBOX_LIMIT) });
    expect(new Set(list.map(({ id }) => id))).to.have.property("size", MAILBOX_LIMIT);
    expect(Date.parse(list[0]?.at ?? "")).to.be.closeTo(Date.now(), 60_000);
  });
});
