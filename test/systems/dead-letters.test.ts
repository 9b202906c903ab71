import { expect } from "chai";
import { resourcesOf } from "../../local/core/graph.ts";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { ApiClient } from "./support/client.ts";
import { MovesDriver, newOrder } from "./support/moves.ts";
import { NoticesDriver } from "./support/notices.ts";
import { putOrphanFile } from "./support/orphan-file.ts";
import { takeAway } from "./support/role-policies.ts";
import { runningProgram } from "./support/running-program.ts";

let cloud: LocalCloud;
let tasks: ApiClient;
let appointments: NoticesDriver;

/** Longer than all retries of streams, schedules and asynchronous invocations take. */
const RETRIES_SECONDS = 600;

/** Retries come by the clock of the local cloud, so that nobody has to wait for them. */
async function advance(): Promise<void> {
  const url = `${cloud.world.endpoint}/_local/clock/advance?seconds=${RETRIES_SECONDS}`;
  const answer = await fetch(url, { method: "POST" });
  expect(answer.status, await answer.text()).to.equal(200);
}

/** How many messages the queue with this logical name holds. */
async function held(name: string): Promise<number> {
  const queue = resourcesOf(cloud.graph, "aws:sqs/queue:Queue").find((each) => each.name === name);
  expect(queue, name).to.not.equal(undefined);
  const { visible, inFlight } = await cloud.cloud.services.sqs.inspect(String(queue?.outputs.arn));
  return visible + inFlight;
}

async function newTask(): Promise<string> {
  const answer = await tasks.send("POST", "/tasks", { body: { title: "That fails" } });
  expect(answer.status).to.equal(201);
  return (answer.body as { id: string }).id;
}

/** Something that fails for good while a function may not do what it needs to. */
interface Failure {
  readonly what: string;
  readonly fn: string;
  readonly action: string;
  readonly cause: () => Promise<unknown>;
  readonly queue: string;
}

const FAILURES: readonly Failure[] = [
  {
    what: "the record of a stream",
    fn: "tasks-publish-created",
    action: "sns:Publish",
    cause: newTask,
    queue: "tasks-created-dead-letters-queue",
  },
  {
    what: "the record of a removal",
    fn: "tasks-clean-up",
    action: "dynamodb:Query",
    cause: async () => tasks.send("DELETE", `/tasks/${await newTask()}`),
    queue: "tasks-removed-dead-letters-queue",
  },
  {
    what: "an event of a bucket",
    fn: "tasks-attachment-stored",
    action: "dynamodb:UpdateItem",
    cause: () => putOrphanFile(cloud),
    queue: "tasks-attachment-stored-dead-letters-queue",
  },
  {
    what: "an invocation of a schedule",
    fn: "records-track-prices",
    action: "dynamodb:PutItem",
    cause: () => runSchedule("records-prices"),
    queue: "records-track-prices-dead-letters-queue",
  },
  {
    what: "a schedule that may not invoke",
    fn: "records-prices",
    action: "lambda:InvokeFunction",
    cause: () => runSchedule("records-prices"),
    queue: "records-track-prices-dead-letters-queue",
  },
  {
    what: "a change that is to be announced",
    fn: "appointments-publish-changes",
    action: "sns:Publish",
    cause: newAppointment,
    queue: "appointments-changes-dead-letters-queue",
  },
  {
    what: "a change that is to be kept",
    fn: "appointments-audit-writer",
    action: "s3:PutObject",
    cause: () => appointments.provider("Audited"),
    queue: "appointments-audit-changes-dead-letters-queue",
  },
  {
    what: "a backup",
    fn: "appointments-backup-exporter",
    action: "dynamodb:Scan",
    cause: () => appointments.runBackup(),
    queue: "appointments-backup-exporter-dead-letters-queue",
  },
  {
    what: "a backup that may not begin",
    fn: "appointments-backup-daily",
    action: "lambda:InvokeFunction",
    cause: () => appointments.runBackup(),
    queue: "appointments-backup-exporter-dead-letters-queue",
  },
  {
    what: "a reminder",
    fn: "appointments-remind",
    action: "dynamodb:GetItem",
    cause: remindOfNew,
    queue: "appointments-remind-dead-letters-queue",
  },
  {
    what: "a reminder that may not begin",
    fn: "appointments-reminders",
    action: "lambda:InvokeFunction",
    cause: remindOfNew,
    queue: "appointments-remind-dead-letters-queue",
  },
  {
    what: "the start of a move",
    fn: "moves-publish-started",
    action: "events:PutEvents",
    cause: startMove,
    queue: "moves-started-dead-letters-queue",
  },
];

/** A move that is on the road, as its first position says. */
async function startMove(): Promise<void> {
  const moves = new MovesDriver(cloud);
  await moves.addTruck(12.5);
  const id = await moves.register(moves.newClient(), newOrder(12.5));
  await moves.reach(id, "truck_assigned");
  expect((await moves.report(id, 40)).status).to.equal(201);
}

async function newAppointment(): Promise<string> {
  const providerId = await appointments.provider("That fails");
  const startsAt = appointments.slotIn(5);
  await appointments.openDay(providerId, startsAt);
  return (await appointments.bookFor(providerId, startsAt, "fails@example.com")).id;
}

/** Runs the reminder of an appointment before it is due. */
async function remindOfNew(): Promise<void> {
  const id = await newAppointment();
  await eventually(async () => expect(await appointments.runReminder(id)).to.equal(200));
}

async function runSchedule(component: string): Promise<void> {
  const schedules = resourcesOf(cloud.graph, "aws:scheduler/schedule:Schedule");
  const { groupName, name } = schedules.find((each) => each.name === `${component}-schedule`)?.outputs ?? {};
  const path = `_local/schedules/${String(groupName)}/${String(name)}/run`;
  expect((await fetch(`${cloud.world.endpoint}/${path}`, { method: "POST" })).status).to.equal(200);
}

describe("what fails for good", () => {
  before(async function () {
    this.timeout(60_000);
    cloud = await runningProgram();
    appointments = new NoticesDriver(cloud);
    const { tasksApiUrl, tasksApiKey } = cloud.outputValues;
    tasks = new ApiClient(String(tasksApiUrl), { "x-api-key": String(tasksApiKey) });
  });

  for (const { what, fn, action, cause, queue } of FAILURES) {
    it(`is kept: ${what} ends in ${queue} when ${fn} may not ${action}`, async function () {
      this.timeout(60_000);
      const before = await held(queue);
      const giveBack = await takeAway(cloud, fn, action);
      try {
        await cause();
        await advance();
        await eventually(async () => expect(await held(queue)).to.be.above(before));
      } finally {
        await giveBack();
      }
    });
  }
});
