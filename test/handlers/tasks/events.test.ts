import "../support/environment.ts";
import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import { remembered } from "../../../handlers/shared/remembered.ts";
import type { TopicMessage } from "../../../handlers/shared/topic.ts";
import { classificationClient } from "../../../handlers/tasks/classification.ts";
import { createTask } from "../../../handlers/tasks/create.ts";
import { processTask, UNCLASSIFIED } from "../../../handlers/tasks/process-task.ts";
import { publishCreated } from "../../../handlers/tasks/publish-created.ts";
import type { Task, TaskItem } from "../../../handlers/tasks/task.ts";
import { taskCreatedMessage } from "../../../handlers/tasks/task-created.ts";
import { findTask, removeTask } from "../../../handlers/tasks/task-store.ts";
import standIn from "../../../stand-ins/task-service.ts";
import { newTable } from "../support/aws.ts";
import { request } from "../support/events.ts";
import { fixedSecret } from "../support/secrets.ts";

let table: Table;
const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A service that answers with these statuses, one after the other, the last one again and again. */
async function scripted(...statuses: number[]) {
  const asked: { readonly authorization?: string; readonly key: unknown }[] = [];
  const url = await serve(({ headers }, response) => {
    asked.push({ authorization: headers.authorization, key: headers["idempotency-key"] });
    const status = statuses.length > 1 ? statuses.shift() : statuses[0];
    response.writeHead(status ?? 500, { "content-type": "application/json" }).end('{"category":"chores"}');
  });
  return { url, asked };
}

async function newTask(title = "Buy milk"): Promise<TaskItem> {
  const { body } = await createTask(request("POST /tasks", { body: { title } }), table);
  const item = await findTask(table, (body as Task).id);
  if (!item) throw new Error("The task is gone");
  return item;
}

const notification = (item: TaskItem) =>
  JSON.stringify({ Type: "Notification", Message: JSON.stringify(taskCreatedMessage(item).event) });

const rejection = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

const question = { eventId: "event-1", correlationId: "trace", title: "x" };

describe("task events", () => {
  before(async function () {
    this.timeout(30_000);
    table = await newTable();
  });

  after(() => {
    for (const server of servers) server.close();
  });

  describe("announcing a task", () => {
    it("is an event with an id that stays the same, and a text for people", async () => {
      const messages: TopicMessage[] = [];
      const topic = { publish: async (message: TopicMessage) => void messages.push(message) };
      const item = await newTask("Llamar a mamá");
      await publishCreated(item, topic);
      await publishCreated(item, topic);
      expect(messages[0]).to.deep.equal(messages[1]);
      expect(messages[0]).to.deep.include({
        subject: "New task: Llamar a mamá",
        attributes: { type: "TaskCreated", source: "api" },
      });
      expect(messages[0]?.email).to.contain("Llamar a mamá").and.contain(item.id);
      expect(messages[0]?.event).to.deep.include({
        eventId: `task-created-${item.id}`,
        type: "TaskCreated",
        version: 1,
        occurredAt: item.createdAt,
        correlationId: "gateway-request",
      });
    });

    it("leaves other items of the table alone", async () => {
      const topic = { publish: () => Promise.reject(new Error("published")) };
      const item = await newTask();
      await publishCreated({ ...item, sk: "ATTACHMENT#1" as "TASK" }, topic);
      await publishCreated(undefined, topic);
    });
  });

  describe("processing a task", () => {
    it("sets its category and processedAt, and leaves its version", async () => {
      const classify = classificationClient(await serve(standIn), fixedSecret("secret"));
      const item = await newTask("Buy milk");
      await processTask(notification(item), table, classify);
      const processed = await findTask(table, item.id);
      expect(processed).to.include({ category: "shopping", version: 1 });
      expect(processed?.processedAt).to.be.a("string");
    });

    it("asks the service once for all deliveries, also at the same time", async () => {
      const url = await serve(standIn);
      const classify = classificationClient(url, fixedSecret("secret"));
      const item = await newTask();
      await Promise.all(Array.from({ length: 5 }, () => processTask(notification(item), table, classify)));
      const first = (await findTask(table, item.id))?.processedAt;
      await processTask(notification(item), table, classify);
      expect((await findTask(table, item.id))?.processedAt).to.equal(first);
      const { items } = (await (await fetch(`${url}/effects`)).json()) as { items: { key: string }[] };
      expect(items.filter(({ key }) => key === `task-created-${item.id}`)).to.have.length(1);
    });

    it("is done when the task is gone", async () => {
      const item = await newTask();
      await removeTask(table, item.id, undefined);
      await processTask(notification(item), table, () => Promise.reject(new Error("asked")));
      expect(await findTask(table, item.id)).to.equal(undefined);
    });

    it("does not bring back a task that is deleted meanwhile", async () => {
      const item = await newTask();
      await processTask(notification(item), table, async () => {
        await removeTask(table, item.id, undefined);
        return "general";
      });
      expect(await findTask(table, item.id)).to.equal(undefined);
    });

    it("leaves what another worker found out meanwhile", async () => {
      const item = await newTask();
      await processTask(notification(item), table, async () => {
        await processTask(notification(item), table, async () => "first");
        return "second";
      });
      expect(await findTask(table, item.id)).to.include({ category: "first" });
    });

    it("is done without a category when the service refuses the task", async () => {
      const item = await newTask();
      await processTask(notification(item), table, async () => undefined);
      expect(await findTask(table, item.id)).to.include({ category: UNCLASSIFIED });
    });

    it("fails, so that the message is delivered again, when there is no answer", async () => {
      const item = await newTask();
      expect(
        await rejection(processTask(notification(item), table, () => Promise.reject(new Error("down")))),
      ).to.be.an("error");
      expect(await findTask(table, item.id)).to.not.have.property("processedAt");
    });

    it("fails for messages that it does not understand, newer versions among them", async () => {
      const event = { ...(taskCreatedMessage(await newTask()).event as object), version: 2 };
      const bodies = [
        "no JSON",
        "{}",
        '{"Message":"null"}',
        JSON.stringify({ Message: JSON.stringify(event) }),
      ];
      for (const body of bodies) {
        expect(await rejection(processTask(body, table, async () => "general")), body).to.be.an("error");
      }
    });
  });

  describe("the classification service", () => {
    it("is asked with the credential and the event's id as the Idempotency-Key", async () => {
      const { url, asked } = await scripted(200);
      expect(await classificationClient(url, fixedSecret("s3cret"))(question)).to.equal("chores");
      expect(asked).to.deep.equal([{ authorization: "Bearer s3cret", key: "event-1" }]);
    });

    for (const status of [429, 500, 503]) {
      it(`is asked once more after ${status}`, async () => {
        const { url, asked } = await scripted(status, 200);
        expect(await classificationClient(url, fixedSecret("s"))(question)).to.equal("chores");
        expect(asked).to.have.length(2);
      });
    }

    it("is given up on after the second failure, and after other answers at once", async () => {
      const broken = await scripted(500);
      expect(await rejection(classificationClient(broken.url, fixedSecret("s"))(question))).to.be.an("error");
      expect(broken.asked).to.have.length(2);
      const wrong = await scripted(404);
      expect(await rejection(classificationClient(wrong.url, fixedSecret("s"))(question))).to.be.an("error");
      expect(wrong.asked).to.have.length(1);
    });

    it("that refuses a question is not asked again", async () => {
      const { url, asked } = await scripted(422);
      expect(await classificationClient(url, fixedSecret("s"))(question)).to.equal(undefined);
      expect(asked).to.have.length(1);
    });

    it("is asked with the new credential after 401", async () => {
      const { url, asked } = await scripted(401, 200);
      const values = ["old", "new"];
      let clock = 0;
      const secret = remembered(
        async () => values.shift() ?? "",
        () => clock,
      );
      await secret.read();
      clock += 60_000;
      expect(await classificationClient(url, secret)(question)).to.equal("chores");
      expect(asked.map(({ authorization }) => authorization)).to.deep.equal(["Bearer old", "Bearer new"]);
    });

    it("that hangs is given up on", async () => {
      let requests = 0;
      const url = await serve((_, response) => {
        requests++;
        if (requests > 1) response.end("{}");
      });
      const outcome = await rejection(classificationClient(url, fixedSecret("s"), 50)(question));
      expect(outcome).to.be.an("error");
      expect(requests).to.equal(2);
    });

    it("that answers something else than a category is not believed", async () => {
      const url = await serve((_, response) => response.end('{"category":"<script>"}'));
      expect(await rejection(classificationClient(url, fixedSecret("s"))(question))).to.be.an("error");
    });
  });

  describe("its stand-in", () => {
    it("asks for a bearer token and an Idempotency-Key", async () => {
      const url = `${await serve(standIn)}/v1/classifications`;
      const ask = (headers: Record<string, string>) =>
        fetch(url, { method: "POST", headers, body: '{"title":"x"}' });
      expect((await ask({})).status).to.equal(401);
      expect((await ask({ authorization: "Bearer s" })).status).to.equal(400);
      expect((await ask({ authorization: "Bearer s", "idempotency-key": "stand-in" })).status).to.equal(200);
    });
  });
});
