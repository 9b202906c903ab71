import { randomUUID } from "node:crypto";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import { NoticesDriver } from "./support/notices.ts";
import { runningProgram } from "./support/running-program.ts";

/** As long as changes are gathered for one object. */
const AUDIT_WINDOW_MILLISECONDS = 60_000;

let driver: NoticesDriver;
let providerId: string;
/** A free slot in some days, and one an hour later. */
let slot: string;
let later: string;

/** An address that nobody else has. */
const newAddress = () => `${randomUUID()}@example.com`;

const PHONE = () => `+34 6${String(Math.floor(Math.random() * 1e8)).padStart(8, "0")}`;

describe("what follows from a change of an appointment", function () {
  this.timeout(60_000);

  before(async () => {
    driver = new NoticesDriver(await runningProgram());
  });

  beforeEach(async () => {
    providerId = await driver.provider("Dr. Ada");
    slot = driver.slotIn(3);
    later = driver.slotIn(4);
    await driver.openDay(providerId, slot);
    await driver.openDay(providerId, later);
  });

  it("is an e-mail to the client: booked, moved, cancelled, each once", async () => {
    const address = newAddress();
    const { id } = await driver.bookFor(providerId, slot, address);
    await eventually(() => expect(driver.emailsTo(address)).to.have.length(1));
    const [email] = driver.emailsTo(address);
    expect(email).to.include({
      from: "appointments@example.com",
      subject: "Your appointment with Dr. Ada is booked",
    });
    expect(email?.body).to.contain(id).and.contain("Grace Hopper");
    await driver.move(id, later);
    await eventually(() => expect(driver.emailsTo(address)).to.have.length(2));
    await driver.cancel(id);
    await eventually(() => expect(driver.emailsTo(address)).to.have.length(3));
    expect(driver.subjectsTo(address).slice(1)).to.deep.equal([
      "Your appointment with Dr. Ada has moved",
      "Your appointment with Dr. Ada is cancelled",
    ]);
  });

  it("is a message by WhatsApp to a client with a phone number, once for each change", async () => {
    const phone = PHONE();
    const digits = phone.replace(/\D/g, "");
    const { id } = await driver.bookFor(providerId, slot, newAddress(), phone);
    await eventually(async () =>
      expect(await driver.whatsAppsTo(digits)).to.deep.equal(["appointment_booked"]),
    );
    await driver.cancel(id);
    await eventually(async () =>
      expect(await driver.whatsAppsTo(digits)).to.deep.equal(["appointment_booked", "appointment_cancelled"]),
    );
  });

  it("is no message without the account's token", async () => {
    const headers = { authorization: "Bearer wrong" };
    const { status } = await driver.control.once("POST", "/stand-ins/whatsapp/1/messages", {
      body: {},
      headers,
    });
    expect(status).to.equal(401);
  });

  it("is a reminder that can be run, that moves along and that goes with the appointment", async () => {
    const address = newAddress();
    const { id } = await driver.bookFor(providerId, slot, address);
    await eventually(async () => expect(await driver.runReminder(id)).to.equal(200));
    await eventually(() =>
      expect(driver.subjectsTo(address)).to.include("Your appointment with Dr. Ada is near"),
    );
    await driver.runReminder(id);
    await driver.move(id, later);
    await eventually(async () => {
      await driver.runReminder(id);
      const near = driver.subjectsTo(address).filter((subject) => subject.endsWith("is near"));
      expect(near, "one for each time that it had").to.have.length(2);
    });
    await driver.cancel(id);
    await eventually(async () => expect(await driver.runReminder(id)).to.equal(404));
  });

  it("is a line of the audit log, which nobody can write over", async () => {
    const { id } = await driver.bookFor(providerId, slot, newAddress());
    await driver.cancel(id);
    const lines = await eventually(async () => {
      await driver.cloud.advance(AUDIT_WINDOW_MILLISECONDS);
      const found = await driver.auditOf(`APPOINTMENT#${id}`);
      expect(found).to.have.length(2);
      return found;
    });
    expect(lines.map(({ operation }) => operation)).to.deep.equal(["INSERT", "MODIFY"]);
    expect([lines[1]?.before?.status, lines[1]?.after?.status]).to.deep.equal(["booked", "cancelled"]);

    const Bucket = driver.bucketOf("audit");
    const [Key = ""] = await driver.keysIn(Bucket, "audit/");
    const before = await driver.s3.send(new GetObjectCommand({ Bucket, Key }));
    const refusal = async (conditions: object) =>
      driver.auditWriter.send(new PutObjectCommand({ Bucket, Key, Body: "forged", ...conditions })).then(
        () => "written",
        (error: Error) => error.name,
      );
    expect(await refusal({})).to.equal("AccessDenied");
    expect(await refusal({ IfNoneMatch: "*" })).to.equal("PreconditionFailed");
    const after = await driver.s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(after.ETag).to.equal(before.ETag);
  });

  it("tells nothing of clients in logs", async () => {
    const address = newAddress();
    const phone = PHONE();
    const { id } = await driver.bookFor(providerId, slot, address, phone);
    await eventually(() => expect(driver.emailsTo(address)).to.have.length(1));
    await driver.cancel(id);
    await eventually(() => expect(driver.emailsTo(address)).to.have.length(2));
    const { logs } = driver.cloud.cloud.services;
    const functions = driver.cloud.graph.resources.filter(
      ({ type, name }) => type === "aws:cloudwatch/logGroup:LogGroup" && name.startsWith("appointments-"),
    );
    const lines = functions.flatMap(({ outputs }) => logs.read(String(outputs.name)));
    expect(lines).to.not.have.length(0);
    const telling = lines.filter(({ message }) =>
      [address, phone, phone.replace(/\D/g, ""), "Grace Hopper"].some((text) => message.includes(text)),
    );
    expect(telling).to.deep.equal([]);
  });

  it("is in the next backup", async () => {
    const before = await driver.keysIn(driver.bucketOf("backup"), "backups/");
    await driver.runBackup();
    await eventually(async () => {
      const keys = await driver.keysIn(driver.bucketOf("backup"), "backups/");
      const added = keys.filter((key) => !before.includes(key));
      expect(added.some((key) => key.endsWith("/manifest.json"))).to.equal(true);
      expect(added.some((key) => key.endsWith(".json.gz"))).to.equal(true);
    });
  });
});
