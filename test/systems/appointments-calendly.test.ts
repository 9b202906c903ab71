import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import { CALENDLY_PROVIDER, NoticesDriver, type Webhook } from "./support/notices.ts";
import { runningProgram } from "./support/running-program.ts";

const CREATED = "invitee.created";
const CANCELED = "invitee.canceled";

let driver: NoticesDriver;
/** Slots are taken one after the other, so that tests are not in each other's way. */
let taken = 0;

function nextSlot(): string {
  taken += 1;
  return driver.slotIn(10 + taken);
}

/** Opens a slot of Calendly's provider. */
async function openSlot(): Promise<string> {
  const startsAt = nextSlot();
  await driver.openDay(CALENDLY_PROVIDER, startsAt);
  return startsAt;
}

const newEmail = () => `${randomUUID()}@example.com`;

/** What people were told about an invitee. */
const alertsAbout = ({ invitee }: Webhook) =>
  driver.emailsTo("operations@example.com").filter(({ body }) => body.includes(invitee));

describe("Calendly's webhook", function () {
  this.timeout(60_000);

  before(async () => {
    driver = new NoticesDriver(await runningProgram());
    await driver.makeCalendlyProvider();
  });

  it("books what an invitee chose, without an API key, and tells the client", async () => {
    const startsAt = await openSlot();
    const email = newEmail();
    expect((await driver.calendly({ event: CREATED, startsAt, email })).status).to.equal(204);
    const [appointment] = await driver.appointmentsOf(email);
    expect(appointment).to.deep.include({ status: "booked", startsAt, providerId: CALENDLY_PROVIDER });
    await eventually(() =>
      expect(driver.subjectsTo(email)).to.deep.equal(["Your appointment with Dr. Calendly is booked"]),
    );
  });

  it("refuses another key's signature, an old one, and none at all", async () => {
    const startsAt = await openSlot();
    const email = newEmail();
    const order = { event: CREATED, startsAt, email };
    expect((await driver.calendly({ ...order, key: "guessed" })).status).to.equal(401);
    const now = driver.cloud.cloud.clock.now();
    const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
    expect((await driver.calendly({ ...order, at: at(-4) })).status).to.equal(401);
    expect((await driver.calendly({ ...order, at: at(4) })).status).to.equal(401);
    const { sent } = await driver.calendly({ ...order, key: "guessed" });
    const unsigned = await driver.anonymous.once("POST", "/webhooks/calendly", { body: sent.body });
    expect(unsigned.status).to.equal(401);
    expect(await driver.appointmentsOf(email)).to.deep.equal([]);
  });

  it("refuses a body that is not what was signed, or no event of an invitee", async () => {
    const startsAt = await openSlot();
    const { sent } = await driver.calendly({ event: CREATED, startsAt, email: newEmail() });
    const body = sent.body.replace("Alan", "Adam");
    const forged = await driver.anonymous.once("POST", "/webhooks/calendly", { body, headers: sent.headers });
    expect(forged.status).to.equal(401);
    expect((await driver.calendly({ event: "routing", startsAt, email: newEmail() })).status).to.equal(400);
  });

  it("books once when the event is recorded and sent again, or sent twice by Calendly", async () => {
    const startsAt = await openSlot();
    const email = newEmail();
    const first = await driver.calendly({ event: CREATED, startsAt, email });
    const { body, headers } = first.sent;
    const replay = await driver.anonymous.once("POST", "/webhooks/calendly", { body, headers });
    expect(replay.status).to.equal(204);
    const again = await driver.calendly({ event: CREATED, startsAt, email, invitee: first.invitee });
    expect(again.status).to.equal(204);
    expect(await driver.appointmentsOf(email)).to.have.length(1);
    expect(alertsAbout(first)).to.deep.equal([]);
  });

  it("cancels, once, and frees the slot", async () => {
    const startsAt = await openSlot();
    const email = newEmail();
    const { invitee } = await driver.calendly({ event: CREATED, startsAt, email });
    const cancelled = { event: CANCELED, startsAt, email, invitee };
    expect((await driver.calendly(cancelled)).status).to.equal(204);
    expect((await driver.calendly(cancelled)).status).to.equal(204);
    expect((await driver.appointmentsOf(email)).map(({ status }) => status)).to.deep.equal(["cancelled"]);
    expect(await driver.slots(CALENDLY_PROVIDER, startsAt.slice(0, 10))).to.include(startsAt);
  });

  it("cancels in a slot that the provider has withdrawn meanwhile: others open in its place", async () => {
    const startsAt = await openSlot();
    const email = newEmail();
    const date = startsAt.slice(0, 10);
    const { invitee } = await driver.calendly({ event: CREATED, startsAt, email });
    await driver.open(CALENDLY_PROVIDER, date, "00:20", "24:00", 60);
    const free = () => driver.slots(CALENDLY_PROVIDER, date);
    expect((await free()).length).to.be.below(23);
    await driver.calendly({ event: CANCELED, startsAt, email, invitee });
    expect(await free(), "all slots of an hour from 00:20").to.have.length(23);
    expect((await driver.appointmentsOf(email)).map(({ status }) => status)).to.deep.equal(["cancelled"]);
  });

  it("books nothing for an invitee whose cancellation came first", async () => {
    const startsAt = await openSlot();
    const email = newEmail();
    const { invitee } = await driver.calendly({ event: CANCELED, startsAt, email });
    expect((await driver.calendly({ event: CREATED, startsAt, email, invitee })).status).to.equal(204);
    expect(await driver.appointmentsOf(email)).to.deep.equal([]);
  });

  it("tells people once what Calendly has promised and nobody can keep: a slot that is taken, none, no provider", async () => {
    const startsAt = await openSlot();
    await driver.calendly({ event: CREATED, startsAt, email: newEmail() });
    const orders: readonly Readonly<Record<string, string>>[] = [
      { startsAt },
      { startsAt: nextSlot() },
      { startsAt, eventType: "https://api.calendly.com/event_types/UNKNOWN" },
    ];
    for (const order of orders) {
      const email = newEmail();
      const refused = await driver.calendly({ event: CREATED, email, ...order });
      expect(refused.status).to.equal(204);
      await driver.calendly({ event: CREATED, email, ...order, invitee: refused.invitee });
      await eventually(() => expect(alertsAbout(refused)).to.have.length(1));
      expect(alertsAbout(refused)[0]?.body).to.not.contain(email);
      expect(await driver.appointmentsOf(email)).to.deep.equal([]);
    }
  });
});
