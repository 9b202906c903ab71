import "../support/environment.ts";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { expect } from "chai";
import type { AppointmentItem } from "../../../handlers/appointments/appointment.ts";
import type { AppointmentEvent } from "../../../handlers/appointments/appointment-event.ts";
import { parseAppointmentEvent } from "../../../handlers/appointments/appointment-event.ts";
import { findAppointment } from "../../../handlers/appointments/appointment-store.ts";
import { sendOnce } from "../../../handlers/appointments/notice-store.ts";
import { planReminder } from "../../../handlers/appointments/plan-reminder.ts";
import { publishChange } from "../../../handlers/appointments/publish-changes.ts";
import { remind } from "../../../handlers/appointments/remind.ts";
import { sendEmail } from "../../../handlers/appointments/send-email.ts";
import type { Email } from "../../../handlers/shared/mail.ts";
import type { TopicMessage } from "../../../handlers/shared/topic.ts";
import { Desk } from "./support/desk.ts";

const DAY_MS = 86_400_000;

let desk: Desk;
let times = 0;

/** A new appointment, as it is stored. */
async function booked(): Promise<AppointmentItem> {
  const minutes = times++ * 15;
  const time = [minutes / 60, minutes % 60]
    .map((part) => String(Math.floor(part)).padStart(2, "0"))
    .join(":");
  const { id } = await desk.booked(time);
  return (await findAppointment(desk.table, id)) as AppointmentItem;
}

function change(
  before: object | undefined,
  after: object | undefined,
  writtenAt = Date.now(),
): DynamoDBRecord {
  const image = (item: object | undefined) => item && (marshall(item) as Record<string, never>);
  return {
    dynamodb: {
      ApproximateCreationDateTime: writtenAt / 1000,
      OldImage: image(before),
      NewImage: image(after),
    },
  };
}

/** What a change publishes: events of appointments, and alerts. */
async function published(record: DynamoDBRecord) {
  const lists: { events: TopicMessage[]; alerts: TopicMessage[] } = { events: [], alerts: [] };
  const topic = (name: keyof typeof lists) => ({
    publish: async (message: TopicMessage) => void lists[name].push(message),
  });
  await publishChange(record, topic("events"), topic("alerts"));
  return lists;
}

async function eventOf(before: object | undefined, after: object): Promise<AppointmentEvent | undefined> {
  const { events } = await published(change(before, after));
  return events[0]?.event as AppointmentEvent | undefined;
}

describe("notices of appointments", () => {
  before(async function () {
    this.timeout(30_000);
    desk = await Desk.open();
    await desk.hours("00:00", "24:00", 15);
  });

  describe("announcing a change", () => {
    it("tells bookings, moves and cancellations apart, and says nothing of the rest", async () => {
      const item = await booked();
      const moved = { ...item, version: 2, startsAt: `${desk.date}T23:00:00.000Z` };
      const cancelled = { ...item, version: 2, status: "cancelled" };
      expect((await eventOf(undefined, item))?.type).to.equal("AppointmentBooked");
      expect(await eventOf(item, moved)).to.include({
        type: "AppointmentRescheduled",
        previousStart: item.startsAt,
        eventId: `appointment-${item.id}-2`,
        correlationId: item.correlationId,
      });
      expect((await eventOf(item, cancelled))?.type).to.equal("AppointmentCancelled");
      expect(await eventOf(cancelled, { ...cancelled, version: 3 })).to.equal(undefined);
      expect(await eventOf(item, { ...item, client: { ...item.client, name: "Other" } })).to.equal(undefined);
      expect((await published(change(item, undefined))).events).to.deep.equal([]);
    });

    it("knows what a backup brought back", async () => {
      const item = await booked();
      const { events } = await published(change(undefined, item, Date.parse(item.updatedAt) + 11 * 60_000));
      expect(events[0]?.attributes).to.deep.equal({ type: "AppointmentRestored" });
    });

    it("tells people of an invitee who could not be booked, once, and not again after a restore", async () => {
      const discord = { reason: "The slot is taken.", eventType: "E", startsAt: "T", correlationId: "C" };
      const notedAt = new Date().toISOString();
      const invitee = { pk: "CALENDLY#1", sk: "CALENDLY", status: "refused", uri: "I", notedAt, discord };
      const { alerts } = await published(change(undefined, invitee));
      expect(alerts[0]?.email).to.contain("The slot is taken.").and.contain("I");
      const restored = await published(change(undefined, invitee, Date.now() + DAY_MS));
      expect(restored.alerts).to.deep.equal([]);
      const { discord: _, ...fine } = { ...invitee, status: "booked" };
      expect((await published(change(undefined, fine))).alerts).to.deep.equal([]);
    });

    it("is refused in a version that nobody knows, and for what is no event", () => {
      for (const text of [
        "null",
        "{}",
        '{"version":2,"type":"AppointmentBooked"}',
        '{"version":1,"type":"toString"}',
      ]) {
        expect(() => parseAppointmentEvent(text), text).to.throw();
      }
    });
  });

  describe("sending once", () => {
    it("sends for one of many deliveries at the same time; the others come again and find it sent", async () => {
      let sent = 0;
      const send = async () => {
        sent += 1;
      };
      const deliver = () => sendOnce(desk.table, "parallel", "EMAIL", send);
      const outcomes = await Promise.allSettled(Array.from({ length: 10 }, deliver));
      expect(sent).to.equal(1);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).to.not.have.length(0);
      expect(await deliver()).to.equal(false);
      expect(sent).to.equal(1);
      expect(await sendOnce(desk.table, "parallel", "WHATSAPP", send), "another way").to.equal(true);
    });

    it("sends again after one that failed, once its claim is over", async () => {
      const failing = () => Promise.reject(new Error("down"));
      const outcome = (send: () => Promise<void>) =>
        sendOnce(desk.table, "failing", "EMAIL", send).then(String, (error: Error) => error.message);
      expect(await outcome(failing)).to.equal("down");
      expect(await outcome(async () => undefined)).to.contain("at work");
      const realNow = Date.now;
      Date.now = () => realNow() + 31_000;
      try {
        expect(await outcome(async () => undefined)).to.equal("true");
      } finally {
        Date.now = realNow;
      }
    });

    it("writes e-mails with the provider's name and the times, to the client", async () => {
      const item = await booked();
      const emails: Email[] = [];
      const mail = { send: async (email: Email) => void emails.push(email) };
      const event = await eventOf(item, { ...item, version: 2, startsAt: `${desk.date}T22:00:00.000Z` });
      await sendEmail(JSON.stringify(event), desk.table, mail);
      await sendEmail(JSON.stringify(event), desk.table, mail);
      expect(emails).to.have.length(1);
      expect(emails[0]).to.include({
        to: "Grace@example.com",
        subject: "Your appointment with Ada has moved",
      });
      expect(emails[0]?.text).to.match(/moved from .* at 0\d:\d\d UTC to .* at 22:00 UTC, with Ada/);
    });
  });

  describe("reminders", () => {
    /** Plans that were made or taken back, and the appointment's changes meanwhile. */
    function planner(meanwhile: () => Promise<unknown> = async () => undefined) {
      const plans: string[] = [];
      let change: (() => Promise<unknown>) | undefined = meanwhile;
      const act = async (plan: string) => {
        plans.push(plan);
        const once = change;
        change = undefined;
        await once?.();
      };
      const schedules = {
        put: (_name: string, at: Date) => act(at.toISOString()),
        remove: () => act("removed"),
      };
      return { plans, schedules };
    }

    const dayBefore = (time: string) => new Date(Date.parse(time) - DAY_MS).toISOString();

    it("are planned a day before, and taken back when the appointment is cancelled or gone", async () => {
      const item = await booked();
      const event = JSON.stringify(await eventOf(undefined, item));
      const { plans, schedules } = planner();
      await planReminder(event, desk.table, schedules);
      await desk.cancel(item.id);
      await planReminder(event, desk.table, schedules);
      expect(plans).to.deep.equal([dayBefore(item.startsAt), "removed"]);
    });

    it("are planned for the newest time when somebody is faster", async () => {
      const item = await booked();
      const event = JSON.stringify(await eventOf(undefined, item));
      const startsAt = `${desk.date}T20:00:00.000Z`;
      const { plans, schedules } = planner(() => desk.move(item.id, { startsAt }));
      await planReminder(event, desk.table, schedules);
      expect(plans).to.deep.equal([dayBefore(item.startsAt), dayBefore(startsAt)]);
    });

    it("are published if the appointment is booked for that time and has not begun, else not", async () => {
      const item = await booked();
      const messages: TopicMessage[] = [];
      const topic = { publish: async (message: TopicMessage) => void messages.push(message) };
      const { id: appointmentId, startsAt } = item;
      const run = (input: object, now = new Date()) => remind(input, desk.table, topic, now);
      await run({ appointmentId, startsAt: `${desk.date}T19:00:00.000Z` });
      await run({ appointmentId, startsAt }, new Date(startsAt));
      expect(messages).to.deep.equal([]);
      await run({ appointmentId, startsAt });
      expect(messages[0]?.attributes).to.deep.equal({ type: "AppointmentReminder" });
      await desk.cancel(item.id);
      await run({ appointmentId, startsAt });
      expect(messages).to.have.length(1);
    });
  });
});
