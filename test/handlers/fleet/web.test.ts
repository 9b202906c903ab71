import "../support/environment.ts";
import type { APIGatewayProxyResult } from "aws-lambda";
import { expect } from "chai";
import { fleetApplication } from "../../../handlers/fleet/application.ts";
import type { Database } from "../../../handlers/shared/database.ts";
import type { Parameters } from "../../../handlers/shared/database-values.ts";
import { webHandler } from "../../../handlers/shared/web-application.ts";
import type { Asked } from "../support/events.ts";
import { gatewayEvent, lambdaContext } from "../support/events.ts";
import { type MigratedDatabase, migratedDatabase } from "../support/migrated-database.ts";
import { fixedSecret } from "../support/secrets.ts";

interface Item {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly plate: string;
}

interface Problem {
  readonly status: number;
  readonly instance: string;
  readonly errors?: readonly { readonly pointer?: string; readonly parameter?: string }[];
}

const EMPLOYEE = { userId: "eva", groups: "employees" };
const RESERVED =
  "INSERT INTO reservations (move_id, truck_id, date, status) VALUES (:id, :truckId, '2030-01-01', 'active')";
const NOWHERE = "01890a5d-ac96-774b-bcce-b302099a8057";

describe("the fleet's web application", () => {
  let server: MigratedDatabase;
  let handler: ReturnType<typeof webHandler>;
  let plates = 0;

  const served = (database: Database) =>
    webHandler(fleetApplication({ database, cursorKey: fixedSecret("cursor key"), version: "7" }), [
      "https://app.example.com",
    ]);
  const ask = (route: string, asked: Asked = {}): Promise<APIGatewayProxyResult> => {
    const [method = "", url = ""] = route.split(" ");
    const event = gatewayEvent(`${method} /{proxy+}`, { authorizer: EMPLOYEE, ...asked, url });
    return handler(event, lambdaContext());
  };
  const bodyOf = <Body>({ body }: APIGatewayProxyResult) => JSON.parse(body) as Body;
  const nextPlate = () => `TEST-${++plates}`;
  const truck = async (fields: object = {}) =>
    bodyOf<Item>(await ask("POST /trucks", { body: { plate: nextPlate(), capacityM3: 20, ...fields } }));
  const problem = async (route: string, status: number, asked: Asked = {}) => {
    const answer = await ask(route, asked);
    expect(answer.statusCode, answer.body).to.equal(status);
    expect(answer.headers).to.include({ "content-type": "application/problem+json" });
    const found = bodyOf<Problem>(answer);
    expect(found).to.include({ status, instance: `urn:req:${answer.headers?.["x-request-id"]}` });
    return { answer, problem: found };
  };

  before(async function () {
    this.timeout(60_000);
    server = await migratedDatabase("fleet", "handlers/fleet/migrations");
    handler = served(server.database);
  });
  after(() => server.stop());

  it("creates a truck, shows it, replaces it, deletes it", async () => {
    const made = await ask("POST /trucks", { body: { plate: "1234 BCD", capacityM3: 12.345 } });
    expect(made.statusCode, made.body).to.equal(201);
    const { id, ...item } = bodyOf<Item>(made);
    expect(item).to.include({ plate: "1234 BCD", capacityM3: 12.345, status: "available", version: 1 });
    expect(made.headers).to.include({ etag: '"1"', location: `https://api.example.com/live/trucks/${id}` });

    const shown = await ask(`GET /trucks/${id}`);
    expect(bodyOf(shown)).to.deep.equal({ id, ...item });
    const put = { body: { plate: "1234 BCD", capacityM3: 14, status: "maintenance" } };
    const replaced = await ask(`PUT /trucks/${id}`, { ...put, headers: { "If-Match": '"1"' } });
    expect(bodyOf(replaced)).to.include({ capacityM3: 14, status: "maintenance", version: 2 });
    await problem(`PUT /trucks/${id}`, 412, { ...put, headers: { "If-Match": '"1"' } });
    await problem(`DELETE /trucks/${id}`, 412, { headers: { "If-Match": '"1"' } });
    expect((await ask(`DELETE /trucks/${id}`)).statusCode).to.equal(204);
    await problem(`GET /trucks/${id}`, 404);
    await problem(`DELETE /trucks/${id}`, 404);
  });

  it("administers drivers the same way", async () => {
    const body = { name: "Ana Núñez", licence: "B-1", phone: "+34 600 000 000" };
    const made = bodyOf<Item>(await ask("POST /drivers", { body }));
    expect(made).to.include({ ...body, status: "available", version: 1 });
    await problem("POST /drivers", 409, { body: { name: "Another", licence: "b-1" } });
    const replaced = await ask(`PUT /drivers/${made.id}`, { body: { name: "Ana", licence: "B-1" } });
    expect(bodyOf(replaced)).to.include({ name: "Ana", version: 2 }).and.not.to.have.property("phone");
    expect((await ask(`DELETE /drivers/${made.id}`)).statusCode).to.equal(204);
  });

  it("knows no two trucks with one plate, in whatever case", async () => {
    const { plate } = await truck({ plate: "abc-1" });
    expect(plate).to.equal("abc-1");
    const other = await truck();
    await problem("POST /trucks", 409, { body: { plate: "ABC-1", capacityM3: 5 } });
    await problem(`PUT /trucks/${other.id}`, 409, { body: { plate: "Abc-1", capacityM3: 5 } });
  });

  it("creates once for a key, and refuses the key for another request", async () => {
    const headers = { "Idempotency-Key": "once" };
    const body = { plate: nextPlate(), capacityM3: 7 };
    const [first, second] = await Promise.all([
      ask("POST /trucks", { body, headers }),
      ask("POST /trucks", { body, headers }),
    ]);
    expect([first.statusCode, second.statusCode]).to.deep.equal([201, 201]);
    expect(second.body).to.equal(first.body);
    expect(second.headers).to.include({ "idempotency-replayed": "true" });
    await problem("POST /trucks", 422, { body: { ...body, capacityM3: 8 }, headers });
    const refused = { plate: body.plate, capacityM3: 9 };
    await problem("POST /trucks", 409, { body: refused, headers: { "Idempotency-Key": "two" } });
  });

  it("lists page by page, newest first, also of one status", async () => {
    const made: Item[] = [];
    for (let count = 0; count < 5; count++)
      made.push(await truck({ status: count % 2 ? "maintenance" : undefined }));
    const pages = async (query: Record<string, string>) => {
      const ids: string[] = [];
      for (let cursor: string | undefined, first = true; first || cursor; first = false) {
        const answer = await ask("GET /trucks", { query: { ...query, ...(cursor && { cursor }) } });
        const page = bodyOf<{ items: Item[]; nextCursor?: string }>(answer);
        expect(page.items.length).to.be.at.most(Number(query.limit));
        ids.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      }
      return ids;
    };
    const all = await pages({ limit: "2" });
    expect(all).to.deep.equal([...all].sort().reverse());
    expect(all).to.include.members(made.map(({ id }) => id));
    expect(await pages({ limit: "1", status: "maintenance" })).to.deep.equal(
      all.filter((id) => made.some((item) => item.id === id && item.status === "maintenance")),
    );
    const { nextCursor = "" } = bodyOf<{ nextCursor?: string }>(
      await ask("GET /trucks", { query: { limit: "2" } }),
    );
    await problem("GET /drivers", 400, { query: { limit: "2", cursor: nextCursor } });
  });

  it("does not delete a truck with moves ahead, nor call it available", async () => {
    const { id, plate } = await truck();
    await server.statements.change(RESERVED.replace(":id", `'${NOWHERE}'`).replace(":truckId", `'${id}'`));
    await problem(`DELETE /trucks/${id}`, 409);
    const body = { plate, capacityM3: 20, status: "available" };
    expect(bodyOf(await ask(`PUT /trucks/${id}`, { body }))).to.include({ status: "assigned" });
  });

  it("takes hostile texts for what they are: texts", async () => {
    const texts = [
      "' OR 1=1 --",
      "'); DROP TABLE trucks; --",
      ":id",
      "$1",
      "\\'; SELECT 1",
      "%_",
      '"',
      "/*",
      "''",
    ];
    for (const text of texts) {
      const made = await ask("POST /drivers", { body: { name: text, licence: text, phone: text } });
      expect(bodyOf(made), made.body).to.include({ name: text, licence: text, phone: text });
      const { plate } = await truck({ plate: `${text} ${nextPlate()}` });
      expect(plate.startsWith(text)).to.equal(true);
      await problem("GET /trucks", 400, { query: { status: text } });
      await problem("GET /drivers", 400, { query: { cursor: text } });
      await problem("GET /drivers", 400, { query: { [text]: "x" } });
      await problem(`GET /trucks/${encodeURIComponent(text)}`, 404);
      await problem("PUT /drivers/x", 404, { body: { name: text, licence: text } });
    }
    const counted = await server.statements.one<{ count: number }>("SELECT count(*) AS count FROM drivers");
    expect(counted?.count).to.equal(texts.length);
  });

  it("refuses what is no truck: 400 with every mistake, 413, 415", async () => {
    const { problem: found } = await problem("POST /trucks", 400, {
      body: { capacityM3: 0, status: "lost", id: "x" },
    });
    expect(found.errors?.map(({ pointer }) => pointer)).to.include.members([
      "/plate",
      "/capacityM3",
      "/status",
    ]);
    await problem("POST /trucks", 400, { body: { plate: "a\u0000b", capacityM3: 1 } });
    await problem("POST /trucks", 400, { body: "{", headers: { "Content-Type": "application/json" } });
    await problem("POST /trucks", 415, { body: "plate=1", headers: { "Content-Type": "text/plain" } });
    await problem("POST /trucks", 413, { body: { plate: "x".repeat(300_000), capacityM3: 1 } });
  });

  it("refuses plates and licences with characters that nobody sees, and takes every script", async () => {
    for (const hidden of [
      "\u202e",
      "\u2066",
      "\u200b",
      "\u200d",
      "\u00ad",
      "\ufeff",
      "\u0007",
      "\u{e0041}",
    ]) {
      const text = `12${hidden}34`;
      const { problem: plate } = await problem("POST /trucks", 400, { body: { plate: text, capacityM3: 1 } });
      expect(plate.errors?.map(({ pointer }) => pointer)).to.deep.equal(["/plate"]);
      const { problem: licence } = await problem("POST /drivers", 400, {
        body: { name: "A", licence: text },
      });
      expect(licence.errors?.map(({ pointer }) => pointer)).to.deep.equal(["/licence"]);
    }
    for (const plate of ["品川 330 あ 12-34", "أ ب ج ١٢٣٤", "Ñ-1"])
      expect((await truck({ plate })).plate).to.equal(plate);
  });

  it("reads pages through indexes, so that a page costs the same wherever it starts", async () => {
    const asked: [string, Parameters | undefined][] = [];
    const listening: Database = {
      ...server.database,
      query: (sql, parameters) => {
        asked.push([sql, parameters]);
        return server.database.query(sql, parameters);
      },
    };
    const event = (query: Record<string, string>) =>
      gatewayEvent("GET /{proxy+}", { authorizer: EMPLOYEE, url: "/trucks", query });
    await served(listening)(event({}), lambdaContext());
    await served(listening)(event({ status: "available" }), lambdaContext());
    expect(asked).to.have.length(2);
    for (const [sql, parameters] of asked) {
      const plan = await server.database.transaction(async (tx) => {
        for (const dear of ["seqscan", "bitmapscan", "sort"])
          await tx.change(`SET LOCAL enable_${dear} = off`);
        return tx.query(`EXPLAIN ${sql}`, parameters);
      });
      expect(JSON.stringify(plan)).to.contain("Index").and.not.contain("Sort");
    }
  });

  it("answers 404 at unknown paths and 405 with the methods of known ones", async () => {
    await problem("GET /", 404);
    await problem("GET /trucks/x/y", 404);
    await problem("GET /trucks/..%2fdrivers", 404);
    const { answer } = await problem("DELETE /trucks", 405);
    expect(answer.headers).to.include({ allow: "GET, POST" });
    expect((await problem(`PATCH /trucks/${NOWHERE}`, 405)).answer.headers).to.include({
      allow: "GET, PUT, DELETE",
    });
  });

  it("is for employees, but for its health", async () => {
    const callers: Record<string, string>[] = [
      {},
      { groups: "" },
      { groups: "clients" },
      { groups: "employees2" },
    ];
    for (const authorizer of callers) {
      for (const route of ["GET /trucks", "POST /trucks", "GET /drivers", "DELETE /nothing"]) {
        await problem(route, 403, { authorizer });
      }
      const health = await ask("GET /health", { authorizer });
      expect(health.statusCode).to.equal(200);
      expect(bodyOf(health)).to.deep.equal({ status: "ok", database: "reachable", version: "7" });
    }
  });

  it("says 503, and nothing else, while the database cannot be reached", async () => {
    const resuming = () =>
      Promise.reject(Object.assign(new Error("secret"), { name: "DatabaseResumingException" }));
    const paused = served({
      query: resuming,
      one: resuming,
      change: resuming,
      batch: resuming,
      transaction: resuming,
    });
    for (const url of ["/health", "/trucks"]) {
      const event = gatewayEvent("GET /{proxy+}", { url, authorizer: EMPLOYEE });
      const answer = await paused(event, lambdaContext());
      expect(answer.statusCode).to.equal(503);
      expect(answer.headers).to.have.property("retry-after");
      expect(answer.body).not.to.contain("secret");
    }
  });

  it("answers HEAD like GET without the body, and gives pages of allowed origins their headers", async () => {
    const answer = await ask("HEAD /trucks", { headers: { Origin: "https://app.example.com" } });
    expect(answer).to.include({ statusCode: 200, body: "" });
    expect(answer.headers).to.include({
      "access-control-allow-origin": "https://app.example.com",
      "cache-control": "no-store",
      "x-request-id": "gateway-request",
    });
  });
});
