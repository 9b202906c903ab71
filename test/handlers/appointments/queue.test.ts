import "../support/environment.ts";
import { randomUUID } from "node:crypto";
import type { SQSRecord } from "aws-lambda";
import { expect } from "chai";
import type { Decision } from "../../../handlers/appointments/booking-store.ts";
import { showBooking } from "../../../handlers/appointments/get-booking.ts";
import { processBooking } from "../../../handlers/appointments/process-booking.ts";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import { newTable } from "../support/aws.ts";
import { request } from "../support/events.ts";
import { problemOf } from "../support/problems.ts";
import { contending } from "./support/contention.ts";
import { CLIENT, Desk, HORIZON_DAYS } from "./support/desk.ts";

const DAY_MS = 86_400_000;

let desk: Desk;
let table: Table;

const newQueuedId = (at = Date.now()) => `${at}~${randomUUID().slice(0, 8)}AbCdEf=`;

/** A message as API Gateway puts it into the queue. */
function message(id: string, time: string, key?: string, body?: string): SQSRecord {
  const text = (stringValue: string) => ({ dataType: "String", stringValue }) as const;
  const asked = { providerId: desk.providerId, startsAt: desk.time(time), client: CLIENT };
  return {
    messageId: randomUUID(),
    receiptHandle: "handle",
    body: body ?? JSON.stringify(asked),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "api",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {
      Id: text(id),
      Route: text("POST /bookings"),
      CorrelationId: text("request"),
      Caller: text("key-id"),
      ...(key !== undefined && { IdempotencyKey: text(key) }),
    },
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:000000000000:bookings",
    awsRegion: "eu-west-1",
  };
}

const process = (record: SQSRecord, on = table) => processBooking(record, on, HORIZON_DAYS);

async function shown(id: string): Promise<Decision> {
  return (await showBooking(request("GET /bookings/{id}", { path: { id } }), table)).body as Decision;
}

describe("bookings from the queue", () => {
  before(async function () {
    this.timeout(30_000);
    table = await newTable(["lists"]);
  });

  beforeEach(async () => {
    desk = await Desk.open(table);
    await desk.hours("09:00", "11:00", 30);
  });

  it("are pending, then confirmed with their appointment", async () => {
    const id = newQueuedId();
    expect(await shown(id)).to.deep.equal({ status: "pending" });
    await process(message(id, "09:00"));
    expect(await shown(id)).to.have.property("status", "confirmed");
    expect(await desk.free()).to.deep.equal(["09:30", "10:00", "10:30"]);
  });

  it("are rejected, with the reason, when the slot is taken, there is none, or the request is not valid", async () => {
    await desk.book("09:00");
    const records = {
      taken: message(newQueuedId(), "09:00"),
      offers: message(newQueuedId(), "09:10"),
      valid: message(newQueuedId(), "09:30", undefined, "{}"),
      JSON: message(newQueuedId(), "09:30", undefined, "{"),
      key: message(newQueuedId(), "09:30", " "),
    };
    for (const [reason, record] of Object.entries(records)) {
      await process(record);
      const decided = await shown(record.messageAttributes.Id?.stringValue ?? "");
      expect(decided).to.include({ status: "rejected" });
      expect(decided)
        .to.have.property("reason")
        .that.includes(reason === "key" ? "Idempotency-Key" : reason);
    }
  });

  it("are decided once, however often and at how many places a message is delivered", async () => {
    const record = message(newQueuedId(), "09:00");
    await Promise.all([process(record), process(record), process(record)]);
    const decided = await shown(record.messageAttributes.Id?.stringValue ?? "");
    expect(decided.status).to.equal("confirmed");
    await process(record);
    expect(await shown(record.messageAttributes.Id?.stringValue ?? "")).to.deep.equal(decided);
    expect(await desk.free()).to.have.lengthOf(3);
  });

  it("with the same Idempotency-Key are one appointment, which each of them names", async () => {
    const [one, two, other] = [newQueuedId(), newQueuedId(), newQueuedId()];
    const key = randomUUID();
    await Promise.all([one, two].map((id) => process(message(id, "09:00", key))));
    await process(message(other, "09:30", key));
    expect((await shown(one)).status).to.equal("confirmed");
    expect(await shown(two)).to.deep.equal(await shown(one));
    expect((await shown(other)).status).to.equal("rejected");
    expect(await desk.free()).to.deep.equal(["09:30", "10:00", "10:30"]);
  });

  it("stay pending and are delivered again when they cannot be decided now", async () => {
    const id = newQueuedId();
    const { table: busy } = contending(table, Number.POSITIVE_INFINITY);
    await problemOf(() => process(message(id, "09:00"), busy), 503);
    expect(await shown(id)).to.deep.equal({ status: "pending" });
    await process(message(id, "09:00"));
    expect((await shown(id)).status).to.equal("confirmed");
  });

  it("are not there under ids that no request had: malformed, from the future, older than any message", async () => {
    for (const id of ["x", randomUUID(), "123~AbCdEfGh=", `${Date.now()}`, `${Date.now()}~../../etc`]) {
      await problemOf(() => shown(id), 404);
    }
    await problemOf(() => shown(newQueuedId(Date.now() + DAY_MS)), 404);
    await problemOf(() => shown(newQueuedId(Date.now() - 15 * DAY_MS)), 404);
  });

  it("end in the dead-letter queue when they did not come from the gateway", async () => {
    const record = { ...message(newQueuedId(), "09:00"), messageAttributes: {} };
    let failure: unknown;
    await process(record).catch((error: unknown) => {
      failure = error;
    });
    expect(failure).to.be.instanceOf(Error);
  });
});
