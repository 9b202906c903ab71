import { expect } from "chai";
import type { TasksClient } from "../../client/index.ts";
import { ApiClient, expectProblem } from "./support/client.ts";
import { runningProgram } from "./support/running-program.ts";
import { dataOf, typedTasks } from "./support/typed-clients.ts";

let api: ApiClient;
let anonymous: ApiClient;
let tasks: TasksClient;

async function create(body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return api.send("POST", "/tasks", { body, headers });
}

async function created(title: string) {
  return dataOf(await tasks.POST("/tasks", { body: { title } }));
}

describe("tasks API", () => {
  before(async function () {
    this.timeout(60_000);
    const program = await runningProgram();
    const { outputValues } = program;
    tasks = typedTasks(program);
    api = new ApiClient(String(outputValues.tasksApiUrl), { "x-api-key": String(outputValues.tasksApiKey) });
    anonymous = new ApiClient(String(outputValues.tasksApiUrl));
  });

  describe("a task's life", () => {
    it("begins with 201, its own URL and an ETag", async () => {
      const body = { title: "Buy milk", description: "2 litres", priority: "high" } as const;
      const { data, response } = await tasks.POST("/tasks", { body });
      expect(response.status).to.equal(201);
      expect(data).to.include({ title: "Buy milk", status: "open", version: 1 });
      expect(response.headers.get("etag")).to.equal('"1"');
      expect(response.headers.get("x-request-id")).to.be.a("string");
      const read = await api.send("GET", String(response.headers.get("location")));
      expect(read.status).to.equal(200);
      expect(read.body).to.include({ id: data?.id, title: "Buy milk" });
    });

    it("is changed by PUT with the matching ETag, and with no other", async () => {
      const { id } = await created("Change me");
      const params = { path: { id }, header: { "If-Match": '"1"' } };
      const { data, response } = await tasks.PUT("/tasks/{id}", { params, body: { status: "in_progress" } });
      expect(data).to.include({ title: "Change me", status: "in_progress", version: 2 });
      expect(response.headers.get("etag")).to.equal('"2"');
      const headers = { "if-match": '"1"' };
      expectProblem(await api.send("PUT", `/tasks/${id}`, { body: { status: "done" }, headers }), 412);
    });

    it("ends with DELETE; then the task is gone", async () => {
      const task = await created("Delete me");
      expect((await api.send("DELETE", `/tasks/${task.id}`)).status).to.equal(204);
      expectProblem(await api.send("GET", `/tasks/${task.id}`), 404);
      expectProblem(await api.send("DELETE", `/tasks/${task.id}`), 404);
      expectProblem(await api.send("PUT", `/tasks/${task.id}`, { body: { title: "again" } }), 404);
    });
  });

  describe("lists", () => {
    it("come in pages that together hold every task once", async () => {
      const made = await Promise.all(Array.from({ length: 7 }, (_, index) => created(`Page ${index}`)));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { limit: 3, ...(cursor && { cursor }) };
        const { items, nextCursor } = dataOf(await tasks.GET("/tasks", { params: { query } }));
        expect(items.length).to.be.at.most(3);
        seen.push(...items.map(({ id }) => id));
        cursor = nextCursor;
      } while (cursor);
      expect(seen).to.include.members(made.map(({ id }) => id));
      expect(new Set(seen).size).to.equal(seen.length);
    });

    it("can be narrowed to one status", async () => {
      const { id } = await created("Done soon");
      await tasks.PUT("/tasks/{id}", { params: { path: { id } }, body: { status: "done" } });
      const query = { status: "done", limit: 100 } as const;
      const { items } = dataOf(await tasks.GET("/tasks", { params: { query } }));
      expect(items.map((item) => item.id)).to.include(id);
      expect(new Set(items.map(({ status }) => status))).to.deep.equal(new Set(["done"]));
    });

    it("refuse a cursor that was forged, or belongs to another query", async () => {
      await Promise.all([created("a"), created("b")]);
      const { nextCursor = "" } = dataOf(await tasks.GET("/tasks", { params: { query: { limit: 1 } } }));
      expectProblem(await api.send("GET", `/tasks?limit=1&status=open&cursor=${nextCursor}`), 400);
      expectProblem(await api.send("GET", `/tasks?limit=1&cursor=${nextCursor.slice(0, -2)}AA`), 400);
      for (const limit of ["0", "-1", "101", "1e9", "abc"]) {
        expectProblem(await api.send("GET", `/tasks?limit=${limit}`), 400);
      }
    });
  });

  describe("Idempotency-Key", () => {
    it("makes a repeated request answer the same without a second task", async () => {
      const headers = { "idempotency-key": `key-${crypto.randomUUID()}` };
      const first = await create({ title: "Once" }, headers);
      const second = await create({ title: "Once" }, headers);
      expect([first.status, second.status]).to.deep.equal([201, 201]);
      expect(second.body).to.deep.equal(first.body);
      expect(second.headers.get("idempotency-replayed")).to.equal("true");
      expect(second.headers.get("location")).to.equal(first.headers.get("location"));
    });

    it("refuses the same key with another body", async () => {
      const headers = { "idempotency-key": `key-${crypto.randomUUID()}` };
      await create({ title: "Once" }, headers);
      expectProblem(await create({ title: "Twice" }, headers), 422);
    });

    it("lets twenty requests at the same time create one task", async () => {
      const params = { header: { "Idempotency-Key": `key-${crypto.randomUUID()}` } };
      const race = () => tasks.POST("/tasks", { params, body: { title: "Race" } });
      const answers = await Promise.all(Array.from({ length: 20 }, race));
      for (const { response } of answers) expect(response.status).to.be.oneOf([201, 409]);
      const ids = answers.flatMap(({ data }) => data?.id ?? []);
      expect(ids).to.not.be.empty;
      expect(new Set(ids).size).to.equal(1);
    });

    it("refuses a key that is empty or too long", async () => {
      expectProblem(await create({ title: "x" }, { "idempotency-key": "k".repeat(256) }), 400);
    });
  });

  describe("refuses", () => {
    it("a request without a key, or with a wrong one", async () => {
      expectProblem(await anonymous.once("GET", "/tasks"), 403);
      expectProblem(await anonymous.once("GET", "/tasks", { headers: { "x-api-key": "wrong" } }), 403);
    });

    it("requests over the rate", async () => {
      const answers = await Promise.all(Array.from({ length: 400 }, () => api.once("GET", "/tasks?limit=1")));
      const refused = answers.find(({ status }) => status === 429);
      expect(refused, "at least one 429").to.not.equal(undefined);
      if (refused) expectProblem(refused, 429);
    });

    const BAD_BODIES: Readonly<Record<string, unknown>> = {
      "an empty object": {},
      "an empty title": { title: "" },
      "a title of 201 characters": { title: "x".repeat(201) },
      "a title that is not text": { title: 5 },
      "a description of 5,001 characters": { title: "x", description: "y".repeat(5001) },
      "an unknown type": { title: "x", type: "epic" },
      "a dueAt that is no time": { title: "x", dueAt: "tomorrow" },
      "an impossible date": { title: "x", type: "deadline", dueAt: "2026-02-30T00:00:00Z" },
      "an unknown property": { title: "x", ownerId: "me" },
      "a list": [],
      null: null,
    };

    for (const [what, body] of Object.entries(BAD_BODIES)) {
      it(`${what} as the body, saying where the mistake is`, async () => {
        const problem = expectProblem(await create(body), 400);
        expect(problem.errors).to.be.an("array").that.is.not.empty;
      });
    }

    const MALFORMED: readonly string[] = [
      '{"title":',
      "",
      "{'title': 'x'}",
      '{"title":"x",}',
      "[".repeat(10_000),
    ];

    for (const text of MALFORMED) {
      it(`malformed JSON ${JSON.stringify(text.slice(0, 20))}`, async () => {
        expectProblem(await create(text), 400);
      });
    }

    it("control characters and lone surrogates in text", async () => {
      expectProblem(await create('{"title":"a\\u0000b"}'), 400);
      expectProblem(await create('{"title":"a\\ud800b"}'), 400);
    });

    it("prototype pollution", async () => {
      expectProblem(await create('{"title":"x","__proto__":{"polluted":true}}'), 400);
      expect(({} as { polluted?: boolean }).polluted).to.equal(undefined);
    });

    it("a content type that is not JSON", async () => {
      expectProblem(await create('{"title":"x"}', { "content-type": "text/plain" }), 415);
    });

    it("a body above 256 KB", async () => {
      expectProblem(await create(`{"title":"x"}${" ".repeat(300_000)}`), 413);
    });

    it("an unknown path and an unknown method", async () => {
      expectProblem(await api.send("GET", "/nothing"), 404);
      expect((await api.send("PATCH", "/tasks")).status).to.be.oneOf([403, 404, 405]);
    });

    it("a deadline in the past and a deadline without a date, as rules of the business", async () => {
      expectProblem(await create({ title: "x", type: "deadline", dueAt: "2001-01-01T00:00:00Z" }), 422);
      expectProblem(await create({ title: "x", type: "deadline" }), 422);
    });
  });

  describe("browsers", () => {
    it("of an allowed origin get their preflight and their answers", async () => {
      const origin = "http://localhost:3000";
      const preflight = await anonymous.once("OPTIONS", "/tasks", {
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "x-api-key",
        },
      });
      expect(preflight.status).to.be.oneOf([200, 204]);
      expect(preflight.headers.get("access-control-allow-origin")).to.equal(origin);
      const answer = await api.send("GET", "/tasks?limit=1", { headers: { origin } });
      expect(answer.headers.get("access-control-allow-origin")).to.equal(origin);
    });

    it("of any other origin get no permission", async () => {
      const answer = await api.send("GET", "/tasks?limit=1", { headers: { origin: "https://evil.example" } });
      expect(answer.headers.get("access-control-allow-origin")).to.not.equal("https://evil.example");
      expect(answer.headers.get("access-control-allow-origin")).to.not.equal("*");
    });
  });
});
