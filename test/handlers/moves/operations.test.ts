/** What the operations answer and store, with a real PostgreSQL behind them. */
import "../support/environment.ts";
import { expect } from "chai";
import type { Move } from "../../../handlers/moves/move.ts";
import type { ApiResponse } from "../../../handlers/shared/response.ts";
import { type Asked, gatewayEvent } from "../support/events.ts";
import { type MigratedDatabase, migratedDatabase } from "../support/migrated-database.ts";
import { problemOf } from "../support/problems.ts";
import { fixedSecret } from "../support/secrets.ts";

const { toRequest } = await import("../../../handlers/shared/request.ts");
const { registerMove } = await import("../../../handlers/moves/create.ts");
const { showMove } = await import("../../../handlers/moves/get.ts");
const { showMoves } = await import("../../../handlers/moves/list.ts");
const { cancelMove } = await import("../../../handlers/moves/cancel.ts");
const { completeMove } = await import("../../../handlers/moves/complete.ts");
const { requestTruck } = await import("../../../handlers/moves/request-truck.ts");
const { applyEvent } = await import("../../../handlers/moves/apply-events.ts");

const TRUCK = "0190a6f2-7a3e-7cc1-8b5a-2f6d8f3f9c11";
const ORDER = { origin: "A", destination: "B", volumeM3: 12.5, date: "2190-01-31" };
const cursorKey = fixedSecret("secret");

const clientNamed = (userId: string) => ({ userId, email: `${userId}@example.com`, groups: "clients" });
const ana = clientNamed("ana");
const eva = { userId: "eva", email: "eva@example.com", groups: "employees" };

describe("operations on moves", function () {
  this.timeout(60_000);
  let database: MigratedDatabase;
  /** How the relay was woken: seconds of delay. */
  const woken: number[] = [];
  const wakeUp = { send: async (delaySeconds: number) => void woken.push(delaySeconds) };

  before(async () => {
    database = await migratedDatabase("moves", "handlers/moves/migrations");
  });
  after(() => database.stop());
  beforeEach(async () => {
    woken.length = 0;
    await database.statements.change("TRUNCATE moves, outbox, handled_events, idempotency_records");
  });

  const asking = (route: string, authorizer: Asked["authorizer"], asked: Asked = {}) =>
    toRequest(gatewayEvent(route, { ...asked, ...(authorizer && { authorizer }) }));
  const idempotent = (key: string) => ({ headers: { "Idempotency-Key": key } });
  const register = (authorizer: Asked["authorizer"], body: unknown = ORDER, asked: Asked = {}) =>
    registerMove(asking("POST /moves", authorizer, { body, ...asked }), database.statements, wakeUp);
  const registered = async (user = ana, order = ORDER) => (await register(user, order)).body as Move;
  const step = (
    work: typeof cancelMove,
    user: Asked["authorizer"],
    id: string,
    asked: Asked = {},
  ): Promise<ApiResponse> =>
    work(asking("POST /moves/{id}/step", user, { path: { id }, ...asked }), database.statements, wakeUp);
  const read = async (user: Asked["authorizer"], id: string) =>
    (await showMove(asking("GET /moves/{id}", user, { path: { id } }), database.statements)).body as Move;
  const list = async (user: Asked["authorizer"], query: Record<string, string> = {}) =>
    (await showMoves(asking("GET /moves", user, { query }), database.statements, cursorKey)).body as {
      items: Move[];
      nextCursor?: string;
    };
  const outbox = () =>
    database.statements.query<{ type: string; subject: string; detail: string }>(
      "SELECT detail_type AS type, subject, detail FROM outbox ORDER BY position",
    );
  const hear = (type: string, moveId: string, data: object = {}, detail: object = {}) =>
    applyEvent(
      {
        body: JSON.stringify({
          "detail-type": type,
          detail: {
            eventId: crypto.randomUUID(),
            version: 1,
            occurredAt: "2026-01-01T12:00:00.000Z",
            correlationId: "c",
            data: { moveId, date: ORDER.date, ...data },
            ...detail,
          },
        }),
      },
      database.statements,
    );
  const assign = (moveId: string, detail: object = {}, plate = "1234ABC") =>
    hear("TruckAssigned", moveId, { truckId: TRUCK, plate, capacityM3: 20 }, detail);

  it("store a move and the event that tells of it together, and wake the relay before and after", async () => {
    const { status, headers, body } = await register(ana);
    const move = body as Move;
    expect(status).to.equal(201);
    expect(headers).to.include({ location: `https://api.example.com/live/moves/${move.id}`, etag: '"1"' });
    expect(move)
      .to.include({ ...ORDER, status: "registered", version: 1 })
      .and.not.have.property("clientId");
    expect(woken).to.deep.equal([30, 0]);
    const [event, ...others] = await outbox();
    expect(others).to.deep.equal([]);
    expect(event).to.include({ type: "MoveRegistered", subject: move.id });
    const client = { id: "ana", email: "ana@example.com" };
    expect(JSON.parse(event?.detail ?? "").data).to.deep.equal({ moveId: move.id, ...ORDER, client });
    expect(await read(ana, move.id)).to.deep.equal(move);
  });

  it("answer a repeated request as the first one, for each caller and key apart", async () => {
    const first = await register(ana, ORDER, idempotent("k"));
    const again = await register(ana, ORDER, idempotent("k"));
    expect(again).to.deep.include({ status: 201, body: first.body });
    expect(again.headers).to.include({ "idempotency-replayed": "true" });
    await problemOf(() => register(ana, { ...ORDER, volumeM3: 1 }, idempotent("k")), 422);
    expect((await register(clientNamed("bob"), ORDER, idempotent("k"))).body).not.to.deep.equal(first.body);
    expect(await outbox()).to.have.length(2);
  });

  it("have one effect when the same request comes many times at once, and a new one when its record is expired", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => register(ana, ORDER, idempotent("k"))));
    expect(new Set(answers.map(({ body }) => (body as Move).id)).size).to.equal(1);
    expect((await list(ana)).items).to.have.length(1);
    await database.statements.change("UPDATE idempotency_records SET expires_at = '2020-01-01'");
    await register(ana, ORDER, idempotent("k"));
    expect((await list(ana)).items).to.have.length(2);
  });

  it("show clients their own moves, and employees all, page by page", async () => {
    const own = [await registered(), await registered(), await registered()];
    await registered(clientNamed("bob"));
    const ids = own.map(({ id }) => id).reverse();
    const first = await list(ana, { limit: "2" });
    expect(first.items.map(({ id }) => id)).to.deep.equal(ids.slice(0, 2));
    const cursor = first.nextCursor ?? "";
    const second = await list(ana, { limit: "2", cursor });
    expect(second.items.map(({ id }) => id)).to.deep.equal(ids.slice(2));
    expect(second.nextCursor).to.equal(undefined);
    await problemOf(() => list(clientNamed("bob"), { limit: "2", cursor }), 400);
    await problemOf(() => list(ana, { status: "registered", cursor }), 400);
    expect((await list(eva)).items).to.have.length(4);
    expect((await list(eva, { status: "cancelled" })).items).to.have.length(0);
    expect((await list(ana, { status: "registered" })).items).to.have.length(3);
  });

  it("are for those whom they are meant for: 401, 403, and 404 for the moves of others", async () => {
    const { id } = await registered();
    await problemOf(() => register(undefined), 401);
    await problemOf(() => register(eva), 403);
    await problemOf(() => register({ ...ana, groups: "" }), 403);
    await problemOf(() => step(completeMove, ana, id), 403);
    await problemOf(() => step(requestTruck, ana, id, { body: {} }), 403);
    for (const other of [id, TRUCK, "x"]) {
      const problem = await problemOf(() => read(clientNamed("bob"), other), 404);
      expect(problem.message).to.equal("There is no such move.");
      await problemOf(() => step(cancelMove, clientNamed("bob"), other), 404);
    }
    expect(await read(eva, id)).to.include({ clientId: "ana" });
  });

  it("refuse every wrong step with the status that the move has, and a version that it has not", async () => {
    const { id } = await registered();
    const { extras } = await problemOf(() => step(completeMove, eva, id), 409);
    expect(extras.errors?.[0]).to.include({ pointer: "/status", code: "registered" });
    await problemOf(() => step(cancelMove, ana, id, { headers: { "If-Match": '"7"' } }), 412);
    await step(cancelMove, ana, id, { headers: { "If-Match": '"1"' } });
    await problemOf(() => step(cancelMove, ana, id), 409);
    await problemOf(() => step(requestTruck, eva, id, { body: {} }), 409);
    expect((await outbox()).map(({ type }) => type)).to.deep.equal(["MoveRegistered", "MoveCancelled"]);
    expect(await read(ana, id)).to.include({ status: "cancelled", version: 2 });
  });

  it("let one of many steps at once win", async () => {
    const { id } = await registered();
    const steps = Array.from({ length: 4 }, () => step(cancelMove, ana, id).then(({ status }) => status));
    const ends = await Promise.allSettled(steps);
    expect(ends.filter(({ status }) => status === "fulfilled")).to.have.length(1);
    expect(await outbox()).to.have.length(2);
  });

  it("apply what fleet and tracking tell, once, whatever comes twice or late", async () => {
    const { id } = await registered();
    const eventId = crypto.randomUUID();
    await hear("TruckUnavailable", id, { volumeM3: 1 }, { occurredAt: "2026-01-01T11:00:00.000Z" });
    expect((await read(eva, id)).note).to.be.a("string");
    await assign(id, { eventId });
    await assign(id, { eventId });
    await assign(id, { occurredAt: "2026-01-01T10:00:00.000Z" }, "OLD");
    await hear("TruckUnavailable", id, { volumeM3: 1 }, { occurredAt: "2026-01-01T10:00:00.000Z" });
    const assigned = await read(eva, id);
    expect(assigned).to.include({ status: "truck_assigned", plate: "1234ABC", version: 3 });
    expect(assigned).not.to.have.property("note");
    await hear("MoveStarted", id);
    await hear("MoveStarted", id);
    await assign(id, { occurredAt: "2026-01-02T10:00:00.000Z" }, "NEW");
    expect(await read(eva, id)).to.include({ status: "in_transit", plate: "1234ABC", version: 4 });
    expect((await step(completeMove, eva, id)).body).to.include({ status: "completed" });
  });

  it("have events delivered again that are too new, or came before what they follow from", async () => {
    const { id } = await registered();
    const failure = (work: Promise<unknown>) => work.then(String, String);
    expect(await failure(hear("MoveStarted", id))).to.contain("came before TruckAssigned");
    expect(await failure(assign(id, { version: 2 }))).to.contain("version 2 is not understood");
    expect(await failure(assign(TRUCK))).to.contain("not there");
    expect(await read(eva, id)).to.include({ status: "registered", version: 1 });
  });

  it("take every text as a text, never as SQL", async () => {
    const probes = [
      "' OR 1=1--",
      "'; DROP TABLE moves; --",
      "%_",
      ":id",
      "$1",
      "\\'; --",
      "a'||pg_sleep(9)||'",
    ];
    for (const probe of probes) {
      const order = { ...ORDER, origin: probe, destination: probe };
      const { id } = await registered(clientNamed(probe), order);
      expect(await read(clientNamed(probe), id)).to.include({ origin: probe, destination: probe });
      expect((await list(clientNamed(probe))).items).to.have.length(1);
      await problemOf(() => list(ana, { status: probe }), 400);
      await problemOf(() => list(ana, { cursor: probe }), 400);
      await problemOf(() => read(ana, probe), 404);
      await problemOf(() => step(requestTruck, eva, id, { body: { truckId: probe } }), 400);
      await problemOf(() => register(ana, { ...ORDER, date: probe }), 400);
    }
    expect((await list(ana)).items).to.have.length(0);
    await problemOf(() => register(ana, { ...ORDER, origin: "a\u0000b" }), 400);
    await problemOf(() => register(ana, { ...ORDER, date: "2020-01-01" }), 422);
    await problemOf(() => register(ana, { ...ORDER, clientId: "bob" }), 400);
  });
});
