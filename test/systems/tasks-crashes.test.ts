/** The task manager's functions die at each of their AWS calls: nothing is lost, nothing is doubled, nothing is stuck. */
import { expect } from "chai";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import type { Answer, Question } from "./support/client.ts";
import { CRASHES, callsOf, dyingAtEachCall, functionNamed } from "./support/crashes.ts";
import { runningProgram } from "./support/running-program.ts";
import { TasksDriver, type Upload } from "./support/tasks.ts";

interface Request {
  readonly method: string;
  readonly path: string;
  readonly question?: Question;
  /** What must hold once the request was repeated. */
  readonly check: (answer: Answer) => Promise<void>;
}

const FILE = "the file";
const HEADER = "title,description,type,dueAt,priority";

let cloud: LocalCloud;
let tasks: TasksDriver;
/** Tasks that were created while functions died. */
const survivors: string[] = [];

/** A request for each case, with data of its own. */
const REQUESTS: Readonly<Record<string, () => Promise<Request>>> = {
  "tasks-create": async () => {
    const title = `Survives ${crypto.randomUUID()}`;
    const question = withKey({ title });
    const check = async ({ status, body }: Answer): Promise<void> => {
      expect(status, JSON.stringify(body)).to.equal(201);
      expect(await tasks.itemsWith("title", title)).to.have.length(1);
      survivors.push((body as { id: string }).id);
    };
    return { method: "POST", path: "/tasks", question, check };
  },
  "tasks-update": async () => {
    const path = `/tasks/${await tasks.create("Before")}`;
    const changes = { title: "After", status: "in_progress" };
    const check = async ({ status }: Answer): Promise<void> => {
      expect(status).to.equal(200);
      expect((await tasks.api.send("GET", path)).body).to.include(changes);
    };
    return { method: "PUT", path, question: { body: changes }, check };
  },
  "tasks-delete": async () => {
    const path = `/tasks/${await tasks.create("Goes")}`;
    const check = async ({ status }: Answer): Promise<void> => {
      expect(status).to.be.oneOf([204, 404]);
      expect((await tasks.api.send("GET", path)).status).to.equal(404);
    };
    return { method: "DELETE", path, check };
  },
  "tasks-upload": async () => {
    const id = await tasks.create("With a file");
    const headers = { "content-type": "image/png", "idempotency-key": crypto.randomUUID() };
    const check = async ({ status, body }: Answer): Promise<void> => {
      expect(status, JSON.stringify(body)).to.equal(201);
      await expectOneAttachment(id);
    };
    const question = { body: new TextEncoder().encode(FILE), headers };
    return { method: "POST", path: `/tasks/${id}/upload`, question, check };
  },
  "tasks-upload (a form)": async () => {
    const id = await tasks.create("With a form");
    const question = withKey({ fileName: "notes.txt", contentType: "text/plain", size: FILE.length });
    const check = async ({ status, body }: Answer): Promise<void> => {
      expect(status, JSON.stringify(body)).to.equal(201);
      await tasks.upload((body as { upload: Upload }).upload, FILE, "text/plain");
      await eventually(() => expectOneAttachment(id));
      expect(await tasks.itemsWith("taskId", id)).to.have.length(1);
    };
    return { method: "POST", path: `/tasks/${id}/upload`, question, check };
  },
  "tasks-start-import": async () => {
    const fileName = `${crypto.randomUUID()}.csv`;
    const question = withKey({ fileName, size: 10 });
    const check = async ({ status, body }: Answer): Promise<void> => {
      expect(status, JSON.stringify(body)).to.equal(201);
      expect(await tasks.itemsWith("fileName", fileName)).to.have.length(1);
    };
    return { method: "POST", path: "/imports", question, check };
  },
};

function withKey(body: object): Question {
  return { body, headers: { "idempotency-key": crypto.randomUUID() } };
}

async function expectOneAttachment(taskId: string): Promise<void> {
  const { body } = await tasks.api.send("GET", `/tasks/${taskId}/attachments`);
  const { items } = body as { items: { url: string }[] };
  expect(items).to.have.length(1);
  expect(await (await fetch(String(items[0]?.url))).text()).to.equal(FILE);
}

/** One request that dies at a call, and its repetition. */
async function dieAndRepeat(
  functionName: string,
  crash: "crash-before" | "crash-after",
  number: number,
  make: () => Promise<Request>,
) {
  const { faults } = cloud.cloud;
  const { method, path, question, check } = await make();
  const target = { call: "*", caller: functionName, number };
  const { id } = faults.add({ target, effect: { action: crash }, times: 1 });
  const died = await tasks.api.send(method, path, question);
  expect(faults.remove(id)?.applied, `${crash} call ${number} of ${functionName}`).to.equal(1);
  expect(died.status, "the answer of a function that died").to.be.within(500, 504);
  await check(await tasks.api.send(method, path, question));
}

async function startImport(rows: readonly string[]): Promise<string> {
  const csv = `${[HEADER, ...rows].join("\n")}\n`;
  const body = { fileName: "tasks.csv", size: Buffer.byteLength(csv) };
  const answer = await tasks.api.send("POST", "/imports", { body });
  expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
  const { importId, upload } = answer.body as { importId: string; upload: Upload };
  await tasks.upload(upload, csv, "text/csv");
  return importId;
}

async function expectImported(importId: string, created: number): Promise<void> {
  const { body } = await tasks.api.send("GET", `/imports/${importId}`);
  expect(body).to.include({ status: "completed", created, rejected: 0 });
}

async function expectFollowed(id: string): Promise<void> {
  await tasks.expectProcessed(id);
  expect(tasks.emailsAbout(id), `e-mails about ${id}`).to.not.be.empty;
}

describe("functions of the task manager that die", function () {
  this.timeout(60_000);

  before(async () => {
    cloud = await runningProgram();
    tasks = new TasksDriver(cloud);
    await tasks.setVisibilityTimeout(1);
  });

  after(() => tasks.restoreVisibilityTimeout());

  for (const [operation, make] of Object.entries(REQUESTS)) {
    it(`${operation}: a repeated request has its effect once, wherever the first one died`, async () => {
      const functionName = functionNamed(cloud, operation.split(" ")[0] ?? "");
      const calls = await callsOf(cloud, functionName, async () => {
        const { method, path, question, check } = await make();
        await check(await tasks.api.send(method, path, question));
      });
      for (const crash of CRASHES) {
        for (let number = 1; number <= calls; number++) await dieAndRepeat(functionName, crash, number, make);
      }
    });
  }

  it("publisher and worker: every task is announced and processed, with one effect", async () => {
    const create = async (): Promise<void> => {
      const id = await tasks.create("Followed");
      survivors.push(id);
      await eventually(() => expectFollowed(id));
    };
    const calls = new Map<string, number>();
    for (const part of ["tasks-publish-created", "tasks-process-task"]) {
      const functionName = functionNamed(cloud, part);
      calls.set(functionName, await callsOf(cloud, functionName, create));
    }
    for (const crash of CRASHES) await dyingAtEachCall(cloud, crash, calls, create);
    await eventually(() => Promise.all(survivors.map(expectFollowed)));
    for (const id of survivors) expect(await tasks.effectsOf(id), `effects of ${id}`).to.have.length(1);
  });

  it("clean-up: nothing of a deleted task stays behind", async () => {
    const createAndDelete = async (): Promise<void> => {
      const id = await tasks.create("Goes with its files");
      const question = { body: new TextEncoder().encode(FILE), headers: { "content-type": "image/png" } };
      for (let file = 1; file <= 2; file++) await tasks.api.send("POST", `/tasks/${id}/upload`, question);
      await tasks.api.send("DELETE", `/tasks/${id}`);
      await eventually(async () => {
        expect(await tasks.itemsWith("pk", id)).to.deep.equal([]);
        expect(await tasks.filesUnder(`attachments/${id}`)).to.deep.equal([]);
      });
    };
    const functionName = functionNamed(cloud, "tasks-clean-up");
    const calls = new Map([[functionName, await callsOf(cloud, functionName, createAndDelete)]]);
    for (const crash of CRASHES) await dyingAtEachCall(cloud, crash, calls, createAndDelete);
  });

  it("attachments: a file that arrives is listed, by one of the events that tell of it", async () => {
    const { faults } = cloud.cloud;
    const upload = async (): Promise<void> => {
      const id = await tasks.create("With a form");
      const body = { fileName: "notes.txt", contentType: "text/plain", size: FILE.length };
      const answer = await tasks.api.send("POST", `/tasks/${id}/upload`, { body });
      await tasks.upload((answer.body as { upload: Upload }).upload, FILE, "text/plain");
      await eventually(() => expectOneAttachment(id));
    };
    const functionName = functionNamed(cloud, "tasks-attachment-stored");
    const calls = new Map([[functionName, await callsOf(cloud, functionName, upload)]]);
    const again = faults.add({ target: { delivery: "s3" }, effect: { action: "duplicate" } });
    for (const crash of CRASHES) await dyingAtEachCall(cloud, crash, calls, upload);
    faults.remove(again.id);
  });

  it("import: every row becomes one task, and the report is sent", async () => {
    const imported = async (): Promise<void> => {
      const marker = crypto.randomUUID();
      const id = await startImport([`One ${marker},,standard,,low`, `Two ${marker},,standard,,high`]);
      await eventually(() => expectImported(id, 2), 30_000);
      expect(await tasks.itemsWith("title", marker)).to.have.length(2);
      await eventually(() => expect(tasks.emailsAbout(id)).to.not.be.empty);
    };
    const calls = new Map<string, number>();
    for (const step of ["tasks-import-begin", "tasks-import-chunk", "tasks-import-report"]) {
      const functionName = functionNamed(cloud, step);
      calls.set(functionName, await callsOf(cloud, functionName, imported));
    }
    const many = () => Promise.all(Array.from({ length: 4 }, imported));
    for (const crash of CRASHES) await dyingAtEachCall(cloud, crash, calls, many);
  });
});
