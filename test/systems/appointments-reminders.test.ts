/** Days of an appointment, on a local cloud of its own: its clock is moved on, and its table emptied. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AttributeValue, DeleteItemCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { LocalCloud } from "../../local/local-cloud.ts";
import { restore } from "../../tools/restore.ts";
import { NoticesDriver } from "./support/notices.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const NEAR = "Your appointment with Dr. Ada is near";

const newAddress = () => `${randomUUID()}@example.com`;

describe("the days before an appointment", function () {
  this.timeout(120_000);
  const stateFolder = mkdtempSync(join(tmpdir(), "andamio-reminders-"));
  let cloud: LocalCloud;
  let driver: NoticesDriver;

  before(async () => {
    cloud = await LocalCloud.start({
      cwd: process.cwd(),
      stack: "dev",
      port: 0,
      stateFolder,
      log: () => undefined,
    });
    driver = new NoticesDriver(cloud);
  });

  after(async () => {
    await cloud?.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  });

  async function advance(seconds: number): Promise<void> {
    const answer = await driver.control.once("POST", "/clock/advance", { body: { seconds } });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
  }

  /** Lets the time pass until so many hours before another time. */
  const advanceTo = (time: string, hoursBefore: number) =>
    advance((Date.parse(time) - cloud.cloud.clock.now()) / 1000 - hoursBefore * HOUR);

  async function newSlot(days: number): Promise<{ providerId: string; startsAt: string }> {
    const providerId = await driver.provider("Dr. Ada");
    const startsAt = driver.slotIn(days);
    await driver.openDay(providerId, startsAt);
    return { providerId, startsAt };
  }

  const remindersTo = (address: string) =>
    driver.subjectsTo(address).filter((subject) => subject === NEAR).length;

  it("bring a reminder 24 hours before it, once, by e-mail and WhatsApp", async () => {
    const { providerId, startsAt } = await newSlot(1.25);
    const address = newAddress();
    await driver.bookFor(providerId, startsAt, address, "+34 600 000 001");
    await advanceTo(startsAt, 24.1);
    expect(remindersTo(address)).to.equal(0);
    await advanceTo(startsAt, 23.9);
    expect(remindersTo(address)).to.equal(1);
    await advanceTo(startsAt, 0);
    expect(remindersTo(address)).to.equal(1);
    expect(await driver.whatsAppsTo("34600000001")).to.deep.equal([
      "appointment_booked",
      "appointment_reminder",
    ]);
  });

  it("bring none when it is cancelled, nor when it is less than 24 hours ahead", async () => {
    const { providerId, startsAt } = await newSlot(1.25);
    const [cancelled, late] = [newAddress(), newAddress()];
    const { id } = await driver.bookFor(providerId, startsAt, cancelled);
    await advance(HOUR);
    await driver.cancel(id);
    await advanceTo(startsAt, 23);
    await driver.bookFor(providerId, startsAt, late);
    await advanceTo(startsAt, 0);
    expect(remindersTo(cancelled)).to.equal(0);
    expect(driver.subjectsTo(late)).to.have.length(1);
    expect(remindersTo(late)).to.equal(0);
  });

  it("bring the reminder at its new time when it is rescheduled", async () => {
    const { providerId, startsAt } = await newSlot(1.25);
    const address = newAddress();
    const { id } = await driver.bookFor(providerId, startsAt, address);
    await advance(HOUR);
    const later = new Date(Date.parse(startsAt) + DAY * 1000).toISOString();
    await driver.openDay(providerId, later);
    await driver.move(id, later);
    await advanceTo(startsAt, 23);
    expect(remindersTo(address), "at the old time").to.equal(0);
    await advanceTo(later, 23.9);
    expect(remindersTo(address), "at the new time").to.equal(1);
  });

  it("survive the loss of the table: a backup brings every item back, tells nobody, and the reminder comes", async () => {
    const { providerId, startsAt } = await newSlot(1.25);
    const address = newAddress();
    const { id } = await driver.bookFor(providerId, startsAt, address);
    await advance(HOUR);
    const before = await items();
    const keys = new Set(await driver.keysIn(driver.bucketOf("backup"), "backups/"));
    await driver.runBackup();
    await advance(60);
    const added = (await driver.keysIn(driver.bucketOf("backup"), "backups/")).filter(
      (key) => !keys.has(key),
    );
    const backup = /^backups\/([^/]+)\/manifest\.json$/.exec(
      added.find((key) => key.endsWith("manifest.json")) ?? "",
    )?.[1];
    await empty();
    await driver.removeReminder(id);
    const told = cloud.cloud.services.mailbox.list().length;

    const { dynamodb, s3, tableName: table } = driver;
    const bucket = driver.bucketOf("backup");
    const progress = () => undefined;
    const restored = await restore({ bucket, backup: backup ?? "", table, dynamodb, s3, progress });
    await advance(60);
    expect(restored).to.deep.equal({ written: before.length, kept: 0 });
    expect(await items()).to.deep.equal(before);
    expect(cloud.cloud.services.mailbox.list(), "e-mails since").to.have.length(told);
    await advanceTo(startsAt, 23.9);
    expect(remindersTo(address)).to.equal(1);
  });

  /** All items of the table, in one order. */
  async function items() {
    const found: Record<string, AttributeValue>[] = [];
    const { dynamodb: client, tableName: TableName } = driver;
    for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true }))
      found.push(...Items);
    const nameOf = ({ pk, sk }: Record<string, AttributeValue>) => `${pk?.S} ${sk?.S}`;
    return found.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  }

  async function empty(): Promise<void> {
    const { dynamodb, tableName: TableName } = driver;
    for (const { pk, sk } of await items()) {
      const Key = { ...(pk && { pk }), ...(sk && { sk }) };
      await dynamodb.send(new DeleteItemCommand({ TableName, Key }));
    }
  }
});
