/** Requests to moves and fleet that nobody should send: each has its answer, and none leaves anything behind. */
import { expect } from "chai";
import type { LocalCloud } from "../../local/local-cloud.ts";
import {
  type Abuse,
  BAD_CONDITIONS,
  BAD_DATES,
  BAD_IDS,
  BAD_KEYS,
  BAD_QUERIES,
  BAD_TIMES,
  badBodies,
  badMedia,
  badNumbers,
  badTexts,
} from "./support/abuse.ts";
import { contentOf } from "./support/databases.ts";
import { MovesDriver, newOrder, type Person } from "./support/moves.ts";
import { eachOf, expectRefusal, sendAsIs } from "./support/refusals.ts";
import { runningProgram } from "./support/running-program.ts";

/** Longer than any bucket of the throttling takes to fill up. */
const REFILL_MS = 2_000;

const NOTHING = "01890000-0000-7000-8000-000000000000";
const MAX_HEADERS = 10_240;

let cloud: LocalCloud;
let company: MovesDriver;
let client: Person;
let moveId: string;
let truckId: string;
let driverId: string;

/** A route that takes a body. */
interface BodyRoute {
  readonly method: string;
  readonly path: () => string;
  readonly good: object;
  /** Values that a property does not take, as JSON. */
  readonly bad: Readonly<Record<string, readonly string[]>>;
  readonly required: readonly string[];
}

const asJson = (values: readonly unknown[]): readonly string[] =>
  values.map((value) => JSON.stringify(value));

const order = newOrder(999);
const position = { lat: 40, lon: -3, at: "2026-01-01T00:00:00Z" };
const truck = { plate: "ABUSE", capacityM3: 0.01, status: "available" };
const driver = { name: "Eva", licence: "ABUSE", phone: "1", status: "available" };
const statuses = asJson(["", "gone", "AVAILABLE", 5, null, {}, "available\u0000"]);
const ofTruck = {
  plate: asJson(badTexts(50)),
  capacityM3: badNumbers("0", "-0", "-1", "1000.1", "1e-320"),
  status: statuses,
};
const ofDriver = {
  name: asJson(badTexts(200)),
  licence: asJson(badTexts(50)),
  phone: asJson(badTexts(50)),
  status: statuses,
};

const BODIES: Readonly<Record<string, BodyRoute>> = {
  "POST /moves": {
    method: "POST",
    path: () => "/moves",
    good: order,
    bad: {
      origin: asJson([...badTexts(300), " ", "\u2003"]),
      destination: asJson([...badTexts(300), " "]),
      volumeM3: badNumbers("0", "-1", "0.09", "1000.1"),
      date: asJson(BAD_DATES),
    },
    required: ["origin", "destination", "volumeM3", "date"],
  },
  "POST /moves/{id}/truck": {
    method: "POST",
    path: () => `/moves/${moveId}/truck`,
    good: {},
    bad: { truckId: asJson([5, null, {}, "", "x", "../../x", `${NOTHING}'`, `{${NOTHING}}`]) },
    required: [],
  },
  "POST /moves/{id}/positions": {
    method: "POST",
    path: () => `/moves/${moveId}/positions`,
    good: position,
    bad: { lat: badNumbers("90.01", "-90.01"), lon: badNumbers("180.01", "-180.01"), at: asJson(BAD_TIMES) },
    required: ["lat", "lon", "at"],
  },
  "POST /trucks": {
    method: "POST",
    path: () => "/trucks",
    good: truck,
    bad: ofTruck,
    required: ["plate", "capacityM3"],
  },
  "PUT /trucks/{id}": {
    method: "PUT",
    path: () => `/trucks/${truckId}`,
    good: truck,
    bad: { capacityM3: ofTruck.capacityM3, status: statuses },
    required: ["plate", "capacityM3"],
  },
  "POST /drivers": {
    method: "POST",
    path: () => "/drivers",
    good: driver,
    bad: ofDriver,
    required: ["name", "licence"],
  },
  "PUT /drivers/{id}": {
    method: "PUT",
    path: () => `/drivers/${driverId}`,
    good: driver,
    bad: { phone: ofDriver.phone, status: statuses },
    required: ["name", "licence"],
  },
};

function badFields({ good, bad, required }: BodyRoute): Abuse[] {
  const wrong = Object.entries(bad).flatMap(([name, values]) =>
    values.map((value) => {
      const others = Object.entries(good).filter(([other]) => other !== name);
      const rest = JSON.stringify(Object.fromEntries(others)).slice(1, -1);
      const body = `{${rest}${rest === "" ? "" : ","}${JSON.stringify(name)}:${value}}`;
      return { what: `${name} ${value.slice(0, 40)}`, body, status: 400 };
    }),
  );
  const missing = required.map((name) => {
    const { [name]: _, ...body } = good as Record<string, unknown>;
    return { what: `no ${name}`, body, status: 400 };
  });
  return [...wrong, ...missing];
}

async function addDriver(): Promise<string> {
  const body = { name: "Ana", licence: crypto.randomUUID() };
  const made = await company.send(company.employee, "POST", "/drivers", { body });
  expect(made.status, JSON.stringify(made.body)).to.equal(201);
  return String(made.body.id);
}

/** What both systems keep; settled, so that nothing that was asked for earlier changes it. */
async function kept(): Promise<object> {
  await cloud.advance(REFILL_MS);
  return {
    moves: await contentOf(cloud, "moves", ["moves", "outbox", "idempotency_records"]),
    fleet: await contentOf(cloud, "fleet", [
      "trucks",
      "drivers",
      "reservations",
      "outbox",
      "idempotency_records",
    ]),
  };
}

/** Carries out `abuse`, after which everything must be as it was. */
async function leavingNothing(abuse: () => Promise<unknown>): Promise<void> {
  const before = await kept();
  await abuse();
  expect(await kept()).to.deep.equal(before);
}

/** Clients register moves; all else is for employees. */
const senderOf = (path: string): Person => (path === "/moves" ? client : company.employee);

async function refuse(method: string, path: string, { what, status, ...question }: Abuse): Promise<void> {
  const about = `${method} ${path} with ${what}`;
  const problem = expectRefusal(await company.send(senderOf(path), method, path, question), status, about);
  if (status === 400) expect(problem.errors, about).to.be.an("array").that.is.not.empty;
}

describe("moves and fleet refuse", function () {
  this.timeout(60_000);

  before(async function () {
    this.timeout(120_000);
    cloud = await runningProgram();
    company = new MovesDriver(cloud);
    client = company.newClient();
    await company.register(client, newOrder(999));
    moveId = await company.register(client, newOrder(999));
    await company.addTruck(0.01);
    truckId = (await company.addTruck(0.01)).id;
    await addDriver();
    driverId = await addDriver();
  });

  for (const [about, route] of Object.entries(BODIES)) {
    it(`what is no body of ${about}`, () =>
      leavingNothing(async () => {
        const { method, good } = route;
        const abuses = [...badBodies(good), ...badMedia(good), ...badFields(route)];
        await eachOf(abuses, (abuse) => refuse(method, route.path(), abuse));
        const unnamed = await company.send(senderOf(route.path()), method, route.path(), {
          body: Buffer.from(JSON.stringify(good)),
          headers: { "content-type": "" },
        });
        expectRefusal(unnamed, 415);
        expect(({} as { polluted?: boolean }).polluted).to.equal(undefined);
      }));
  }

  it("ids that nothing has", () =>
    leavingNothing(async () => {
      const routes = [
        ["GET", "/moves/*"],
        ["GET", "/moves/*/positions"],
        ["POST", "/moves/*/cancellation"],
        ["POST", "/moves/*/completion"],
        ["GET", "/trucks/*"],
        ["DELETE", "/trucks/*"],
        ["GET", "/drivers/*"],
        ["DELETE", "/drivers/*"],
      ] as const;
      const cases = routes.flatMap(([method, path]) =>
        BAD_IDS.map((id) => [method, path.replace("*", id)] as const),
      );
      await eachOf(cases, ([method, path]) => refuse(method, path, { what: "a bad id", status: 404 }));
    }));

  it("queries that no list takes, and cursors that were forged or are of another one", () =>
    leavingNothing(async () => {
      const cursors = new Map<string, string>();
      const lists = ["/trucks", "/drivers", "/moves"];
      for (const list of lists) {
        const { body } = await company.send(company.employee, "GET", `${list}?limit=1`);
        const { nextCursor } = body as { nextCursor: string };
        const good = await company.send(company.employee, "GET", `${list}?limit=1&cursor=${nextCursor}`);
        expect(good.status, list).to.equal(200);
        cursors.set(list, nextCursor);
      }
      const cases = lists.flatMap((list) => {
        const others = lists
          .filter((other) => other !== list)
          .map((other) => `limit=1&cursor=${cursors.get(other)}`);
        const narrowed = `limit=1&status=${list === "/moves" ? "registered" : "available"}&cursor=*`;
        return [...BAD_QUERIES, ...others, narrowed].map((query) => ({ list, query }));
      });
      await eachOf(cases, async ({ list, query }) => {
        const path = `${list}?${query.replaceAll("*", cursors.get(list) ?? "")}`;
        expectRefusal(await company.send(company.employee, "GET", path), 400, path);
      });
    }));

  it("an Idempotency-Key that is none, or that was used for another request", async () => {
    const register = (key: string, body: object) =>
      company.send(client, "POST", "/moves", { body, headers: { "idempotency-key": key } });
    await leavingNothing(() =>
      eachOf(BAD_KEYS, async (key) => {
        const headers = { "idempotency-key": key };
        const abuse = { what: `the key ${key}`, status: 400, headers };
        await refuse("POST", "/moves", { ...abuse, body: order });
        await refuse("POST", "/drivers", { ...abuse, body: { name: "Eva", licence: crypto.randomUUID() } });
        await refuse("POST", `/moves/${moveId}/cancellation`, abuse);
      }),
    );
    const key = crypto.randomUUID();
    const first = await register(key, order);
    expect(first.status).to.equal(201);
    const again = await register(key, order);
    expect(again.body).to.deep.equal(first.body);
    expect(again.headers.get("idempotency-replayed")).to.equal("true");
    expect(again.headers.get("location")).to.equal(first.headers.get("location"));
    await leavingNothing(async () => {
      expectRefusal(await register(key, { ...order, volumeM3: 998 }), 422);
    });
  });

  it("steps and changes of a version that is not there", () =>
    leavingNothing(async () => {
      const routes = [
        ["PUT", `/trucks/${truckId}`, truck],
        ["DELETE", `/trucks/${truckId}`, undefined],
        ["DELETE", `/drivers/${driverId}`, undefined],
        ["POST", `/moves/${moveId}/cancellation`, undefined],
        ["POST", `/moves/${moveId}/truck`, {}],
      ] as const;
      const cases = routes.flatMap((route) =>
        Object.entries(BAD_CONDITIONS).map((condition) => [route, condition] as const),
      );
      await eachOf(cases, async ([[method, path, body], [value, status]]) => {
        const question = { ...(body && { body }), headers: { "if-match": value } };
        await refuse(method, path, { what: `If-Match ${value}`, status, ...question });
      });
    }));

  it("paths, methods and headers that are none of theirs", () =>
    leavingNothing(async () => {
      const unknown = (path: string, methods: readonly string[], status: number) =>
        methods.map((method) => [method, path, status] as const);
      const cases = [
        ...unknown("/moves", ["PUT", "PATCH", "DELETE"], 404),
        ...unknown(`/moves/${moveId}`, ["POST", "PUT", "PATCH", "DELETE"], 404),
        ...unknown(`/moves/${moveId}/truck`, ["GET", "PUT", "DELETE"], 404),
        ...unknown("/nothing", ["GET", "POST"], 404),
        ...unknown("/moves/..%2ftrucks", ["GET"], 404),
        ...unknown("/trucks", ["PUT", "PATCH", "DELETE"], 405),
        ...unknown(`/trucks/${truckId}`, ["POST", "PATCH"], 405),
        ...unknown(`/drivers/${driverId}/licence`, ["GET", "PUT"], 404),
        ...unknown("/trucks/..%2fdrivers", ["GET"], 404),
      ];
      await eachOf(cases, async ([method, path, status]) => {
        const answer = await company.send(company.employee, method, path);
        expectRefusal(answer, status, `${method} ${path}`);
        expect(answer.headers.has("allow"), path).to.equal(status === 405);
      });
      for (const path of ["/moves", "/trucks"])
        await refuse("GET", path, {
          what: "headers above 10 KB",
          headers: { "x-fill": "x".repeat(MAX_HEADERS) },
          status: 413,
        });
    }));

  it("paths that are not written as paths are, and overlook what does not matter", () =>
    leavingNothing(async () => {
      const headers = { authorization: `Bearer ${await company.employee.token()}` };
      const { fleetApiUrl, movesApiUrl } = cloud.outputValues;
      for (const url of [String(fleetApiUrl), String(movesApiUrl)]) {
        const list = url === fleetApiUrl ? "/trucks" : "/moves";
        for (const path of [
          "/\\[",
          "/\\\\evil.example/trucks",
          "/%",
          "/a//b",
          "/%2f%2f[",
          "/*",
          "/.%00./x",
          `${list}\\x`,
        ]) {
          expectRefusal(await sendAsIs(`${url}${path}`, "GET", headers), 404, path);
        }
        const withBody = await sendAsIs(
          `${url}${list}?limit=1`,
          "GET",
          { ...headers, "content-length": "5" },
          "hello",
        );
        expect(withBody.status, `a body of GET ${list}`).to.equal(200);
        expectRefusal(await sendAsIs(`${url}${list}`, "TRACE", headers), 404, "TRACE");
      }
    }));
});
