/** Who may do what with moves and the fleet, asked over HTTP. */
import {
  AdminAddUserToGroupCommand,
  AdminRemoveUserFromGroupCommand,
  CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { ApiClient } from "./support/client.ts";
import { clientOf } from "./support/databases.ts";
import { forgedTokens, partOf } from "./support/forged-tokens.ts";
import { MovesDriver, newOrder, type Person } from "./support/moves.ts";
import { distinctive, expectRefusal, expectUnauthorized, sendAsIs } from "./support/refusals.ts";
import { runningProgram } from "./support/running-program.ts";

/** Of nothing; made long ago, so that nobody waits for it to turn up. */
const NOTHING = "01890000-0000-7000-8000-000000000000";

interface Route {
  readonly method: string;
  readonly path: string;
  /** What those are answered who may call it. */
  readonly clients: number;
  readonly employees: number;
  readonly body?: object;
}

const order = newOrder(999);
const position = { lat: 40, lon: -3, at: "2026-01-01T00:00:00Z" };

const OF_MOVES: readonly Route[] = [
  { method: "POST", path: "/moves", body: order, clients: 201, employees: 403 },
  { method: "GET", path: "/moves", clients: 200, employees: 200 },
  { method: "GET", path: `/moves/${NOTHING}`, clients: 404, employees: 404 },
  { method: "POST", path: `/moves/${NOTHING}/cancellation`, clients: 404, employees: 404 },
  { method: "GET", path: `/moves/${NOTHING}/positions`, clients: 404, employees: 404 },
  { method: "POST", path: `/moves/${NOTHING}/truck`, body: {}, clients: 403, employees: 404 },
  { method: "POST", path: `/moves/${NOTHING}/completion`, clients: 403, employees: 404 },
  { method: "POST", path: `/moves/${NOTHING}/positions`, body: position, clients: 403, employees: 404 },
];

const truck = { plate: "SECURITY-1", capacityM3: 0.01 };
const driver = { name: "Eva", licence: "SECURITY-1" };

const OF_FLEET: readonly Route[] = [
  ...Object.entries({ "/trucks": truck, "/drivers": driver }).flatMap(([path, body]) => [
    { method: "POST", path, body, clients: 403, employees: 201 },
    { method: "GET", path, clients: 403, employees: 200 },
    { method: "GET", path: `${path}/${NOTHING}`, clients: 403, employees: 404 },
    { method: "PUT", path: `${path}/${NOTHING}`, body, clients: 403, employees: 404 },
    { method: "DELETE", path: `${path}/${NOTHING}`, clients: 403, employees: 404 },
  ]),
  { method: "GET", path: "/", clients: 403, employees: 404 },
  { method: "GET", path: "/admin", clients: 403, employees: 404 },
];

const ORIGIN = "http://localhost:3000";

describe("the security of moves and fleet", function () {
  this.timeout(60_000);
  let cloud: LocalCloud;
  let company: MovesDriver;
  let client: Person;
  let urls: Readonly<Record<"moves" | "fleet", string>>;

  before(async function () {
    this.timeout(120_000);
    cloud = await runningProgram();
    company = new MovesDriver(cloud);
    client = company.newClient();
    const { movesApiUrl, fleetApiUrl } = cloud.outputValues;
    urls = { moves: String(movesApiUrl), fleet: String(fleetApiUrl) };
  });

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const signIn = (group: "clients" | "employees", username: string) =>
    cloud.cloud.services.cognito.signInPerson({ pool: "users-pool", group, username });

  for (const [api, routes] of Object.entries({ moves: OF_MOVES, fleet: OF_FLEET })) {
    for (const { method, path, body, clients, employees } of routes) {
      const about = `${method} ${path.replace(NOTHING, "{id}")}`;
      it(`${api}: ${about} is 401 for nobody, ${clients} for clients, ${employees} for employees`, async () => {
        const anonymous = new ApiClient(urls[api as keyof typeof urls]);
        const question = body === undefined ? {} : { body };
        expectUnauthorized(await anonymous.send(method, path, question));
        for (const [person, status] of [
          [client, clients],
          [company.employee, employees],
        ] as const) {
          const headers = bearer(await person.token());
          const answer = await anonymous.send(method, path, { ...question, headers });
          if (status >= 400) expectRefusal(answer, status);
          else expect(answer.status, JSON.stringify(answer.body)).to.equal(status);
        }
      });
    }
  }

  it("both are shut for every token that is not a good access token", async () => {
    const { accessToken, idToken, refreshToken } = await signIn("employees", company.employee.email);
    const [key] = cloud.cloud.services.cognito.keysOf(String(partOf(accessToken, 1).iss)) ?? [];
    const [header, claims, signature = ""] = accessToken.split(".");
    const tokens = {
      ...forgedTokens(accessToken, key ?? {}),
      "an id token": idToken,
      "a refresh token": refreshToken,
      "a signature with a bit turned": `${header}.${claims}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`,
      "9 KB": `${header}.${claims}.${"A".repeat(9_000)}`,
      nothing: "",
    };
    for (const [api, path] of [
      ["moves", "/moves"],
      ["fleet", "/trucks"],
    ] as const) {
      const one = new ApiClient(urls[api]);
      for (const [what, token] of Object.entries(tokens))
        expectUnauthorized(await one.send("GET", path, { headers: bearer(token) }), `${api}, ${what}`);
      for (const authorization of [accessToken, `Basic ${accessToken}`, `Bearer ${accessToken} x`, "Bearer"])
        expectUnauthorized(await one.send("GET", path, { headers: { authorization } }), authorization);
      const twice = { authorization: [`Bearer ${accessToken}`, `Bearer ${accessToken}`] };
      expectUnauthorized(await sendAsIs(`${urls[api]}${path}`, "GET", twice), "two headers");
      const asked = `${path}?access_token=${accessToken}&Authorization=Bearer%20${accessToken}`;
      expectUnauthorized(await one.send("GET", asked), "in the query");
      expect((await one.send("GET", path, { headers: bearer(accessToken) })).status).to.equal(200);
    }
  });

  it("an employee who is taken out of the group loses what it may do with the next token, in an hour at the latest", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const before = await signIn("employees", email);
    const sdk = new CognitoIdentityProviderClient(clientOf(cloud));
    const membership = { UserPoolId: String(cloud.outputValues.userPoolId), Username: email };
    await sdk.send(new AdminAddUserToGroupCommand({ ...membership, GroupName: "clients" }));
    await sdk.send(new AdminRemoveUserFromGroupCommand({ ...membership, GroupName: "employees" }));
    sdk.destroy();
    const fleet = new ApiClient(urls.fleet);
    const list = (token: string) => fleet.send("GET", "/trucks?limit=1", { headers: bearer(token) });
    const { accessToken } = await signIn("clients", email);
    expectRefusal(await list(accessToken), 403);
    expect((await list(before.accessToken)).status).to.equal(200);
    await cloud.advance((before.expiresIn + 120) * 1000);
    expectUnauthorized(await list(before.accessToken));
    expectUnauthorized(
      await new ApiClient(urls.moves).send("GET", "/moves", { headers: bearer(accessToken) }),
    );
  });

  it("another client's move is the same as none, on each route; its client and employees see it", async () => {
    const id = await company.register(client, newOrder(999));
    const none = `${id.slice(0, -12)}${"0".repeat(12)}`;
    const stranger = company.newClient();
    for (const [method, rest] of [
      ["GET", ""],
      ["GET", "/positions"],
      ["POST", "/cancellation"],
    ] as const) {
      const [another, missing] = await Promise.all(
        [id, none].map((each) => company.send(stranger, method, `/moves/${each}${rest}`)),
      );
      if (!another || !missing) throw new Error("there are two answers");
      expectRefusal(another, 404);
      expect(distinctive(another)).to.deep.equal(distinctive(missing));
    }
    const seen = async (person: Person) =>
      ((await company.send(person, "GET", "/moves?limit=100")).body.items as { id: string }[]).map(
        (each) => each.id,
      );
    expect(await seen(stranger)).to.deep.equal([]);
    expect(await seen(client)).to.include(id);
    expect(await seen(company.employee)).to.include(id);
    const own = await company.send(client, "GET", `/moves/${id}`);
    expect(own.body).to.include({ id, status: "registered" }).and.not.have.any.keys("note", "clientId");
  });

  it("a key, a cursor and a page are of their caller alone", async () => {
    const [one, other] = [company.newClient(), company.newClient()];
    const headers = { "idempotency-key": "the-same" };
    const body = newOrder(999);
    const [first, second] = [
      await company.register(one, body, headers),
      await company.register(other, body, headers),
    ];
    expect(first).not.to.equal(second);
    await company.register(one, body);
    const { body: page } = await company.send(one, "GET", "/moves?limit=1");
    const again = `/moves?limit=1&cursor=${String(page.nextCursor)}`;
    expect((await company.send(one, "GET", again)).status).to.equal(200);
    expectRefusal(await company.send(other, "GET", again), 400);
    expectRefusal(await company.send(company.employee, "GET", again), 400);
    expectRefusal(await company.send(one, "GET", `${again}&status=registered`), 400);
  });

  it("health is for everybody, to be read and nothing else; no other path passes for it", async () => {
    const anonymous = new ApiClient(urls.fleet);
    expect((await anonymous.send("GET", "/health")).body).to.include({ status: "ok" });
    for (const method of ["POST", "PUT", "PATCH", "DELETE"])
      expectRefusal(await anonymous.send(method, "/health"), 404, method);
    const paths = [
      "/Health",
      "/health/x",
      "/health;x",
      "/health%2f..%2ftrucks",
      "/health/%2e%2e/trucks",
      "/trucks/health",
    ];
    for (const path of paths) {
      expectUnauthorized(await sendAsIs(`${urls.fleet}${path}`, "GET", {}), path);
    }
    for (const path of ["/health/../trucks", "//trucks", "/./trucks"])
      expect((await sendAsIs(`${urls.fleet}${path}`, "GET", {})).status, path).to.be.oneOf([401, 404]);
  });

  it("a header that names another method changes nothing", async () => {
    const { id } = await company.addTruck(0.01);
    for (const name of ["x-http-method-override", "x-http-method", "x-method-override"]) {
      const answer = await company.send(company.employee, "GET", `/trucks/${id}`, {
        headers: { [name]: "DELETE" },
      });
      expect(answer.status, name).to.equal(200);
    }
    const left = await company.send(company.employee, "GET", `/trucks/${id}?_method=DELETE`);
    expect(left.status).to.equal(200);
  });

  it("pages of the allowed origin get preflights, answers and errors; pages of others get no permission", async () => {
    for (const [url, path] of [
      [urls.moves, "/moves"],
      [urls.moves, `/moves/${NOTHING}`],
      [urls.fleet, "/trucks"],
      [urls.fleet, `/drivers/${NOTHING}`],
    ] as const) {
      const api = new ApiClient(url);
      for (const origin of [ORIGIN, "https://evil.example"]) {
        const allowed = (answer: { readonly headers: Headers }) =>
          answer.headers.get("access-control-allow-origin") ?? "";
        const wants = {
          "access-control-request-method": "GET",
          "access-control-request-headers": "authorization",
        };
        const preflight = await api.send("OPTIONS", path, { headers: { origin, ...wants } });
        expect(preflight.status, path).to.equal(204);
        expect(preflight.headers.get("access-control-allow-headers")).to.match(/\bAuthorization\b/);
        const nobody = await api.send("GET", path, { headers: { origin } });
        expectUnauthorized(nobody);
        const headers = { origin, ...bearer(await company.employee.token()) };
        const served = await api.send("GET", path, { headers });
        const unknown = await api.send("GET", `${path}/no/such/path`, { headers });
        expectRefusal(unknown, 404);
        for (const answer of [preflight, nobody, served, unknown]) {
          expect(allowed(answer), `${path} for ${origin}`).to.be.oneOf(
            origin === ORIGIN ? [ORIGIN] : ["", ORIGIN],
          );
          expect(answer.headers.get("access-control-allow-credentials")).to.equal(null);
        }
      }
    }
  });
});
