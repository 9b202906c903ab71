import "../support/environment.ts";
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { showLatestPrice } from "../../../handlers/records/latest-price.ts";
import { showPrices } from "../../../handlers/records/list-prices.ts";
import type { Price } from "../../../handlers/records/price.ts";
import type { AskPrices, Quote } from "../../../handlers/records/price-feed.ts";
import { priceFeed } from "../../../handlers/records/price-feed.ts";
import { trackPrices } from "../../../handlers/records/track-prices.ts";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import { newTable } from "../support/aws.ts";
import type { Asked } from "../support/events.ts";
import { request } from "../support/events.ts";
import { problemOf } from "../support/problems.ts";
import { fixedSecret } from "../support/secrets.ts";

const NOW = new Date("2026-03-01T12:00:30Z");
const TRACKING = { coins: ["bitcoin", "ethereum"], currency: "usd", keepDays: 90 };
const cursorKey = fixedSecret("cursor key");

let table: Table;

const minutesLater = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const quoting = (quotes: Readonly<Record<string, Quote>>): AskPrices => {
  return async () => new Map(Object.entries(quotes));
};
const run = (at: Date, quotes: Readonly<Record<string, Quote>>) =>
  trackPrices({ scheduledAt: at.toISOString() }, table, quoting(quotes), TRACKING, at);
const latest = (coin: string, now = NOW) =>
  showLatestPrice(request("GET /prices/{coin}/latest", { path: { coin } }), table, now);
const list = async (coin: string, query: Asked["query"] = {}, now = NOW) =>
  (await showPrices(request("GET /prices/{coin}", { path: { coin }, query }), table, cursorKey, now))
    .body as { items: Price[]; nextCursor?: string };

describe("price tracker", () => {
  beforeEach(async function () {
    this.timeout(30_000);
    table = await newTable();
  });

  it("keeps a price per coin for the minute that was due, and shows the newest", async () => {
    await run(NOW, { bitcoin: { price: 67_000 }, ethereum: { price: 3_500.25 } });
    await run(minutesLater(5), { bitcoin: { price: 67_100 } });
    expect((await latest("bitcoin", minutesLater(6))).body).to.deep.equal({
      coin: "bitcoin",
      currency: "usd",
      price: 67_100,
      at: "2026-03-01T12:05:00.000Z",
    });
    expect((await latest("ethereum")).body).to.include({ price: 3_500.25 });
  });

  it("stores one price when two runs are for the same minute", async () => {
    await Promise.all([
      run(NOW, { bitcoin: { price: 67_000 } }),
      run(new Date(NOW.getTime() + 20_000), { bitcoin: { price: 67_001 } }),
    ]);
    expect((await list("bitcoin")).items).to.have.length(1);
  });

  it("refuses an absurd price and goes on with the other coins and the next run", async () => {
    await run(NOW, { bitcoin: { price: 67_000 } });
    await run(minutesLater(5), { bitcoin: { price: 67_000_000 }, ethereum: { price: 3_500 } });
    await run(minutesLater(10), { bitcoin: { refused: "the answer has no price" } });
    await run(minutesLater(15), { bitcoin: { price: 66_000 } });
    const { items } = await list("bitcoin", {}, minutesLater(20));
    expect(items.map(({ price }) => price)).to.deep.equal([66_000, 67_000]);
    expect((await list("ethereum", {}, minutesLater(20))).items).to.have.length(1);
  });

  it("lists a coin's prices between two times, newest first, page by page", async () => {
    for (const minutes of [0, 5, 10, 15, 20]) await run(minutesLater(minutes), { bitcoin: { price: 100 } });
    const range = { from: "2026-03-01T12:05:00Z", to: "2026-03-01T12:15:59Z" };
    const first = await list("bitcoin", { ...range, limit: "2" }, minutesLater(30));
    const second = await list(
      "bitcoin",
      { ...range, limit: "2", cursor: first.nextCursor ?? "" },
      minutesLater(30),
    );
    expect([...first.items, ...second.items].map(({ at }) => at)).to.deep.equal([
      "2026-03-01T12:15:00.000Z",
      "2026-03-01T12:10:00.000Z",
      "2026-03-01T12:05:00.000Z",
    ]);
    expect(second.nextCursor).to.equal(undefined);
  });

  it("refuses a cursor of another range, times that are none, and a range that ends before it begins", async () => {
    for (const minutes of [0, 5]) await run(minutesLater(minutes), { bitcoin: { price: 100 } });
    const { nextCursor = "" } = await list("bitcoin", { limit: "1" }, minutesLater(6));
    await problemOf(() => list("bitcoin", { cursor: nextCursor, from: "2026-03-01T00:00:00Z" }), 400);
    await problemOf(() => list("bitcoin", { from: "yesterday" }), 400);
    await problemOf(() => list("bitcoin", { from: "2026-03-02T00:00:00Z", to: "2026-03-01T00:00:00Z" }), 400);
  });

  it("shows no price that is older than prices are kept, though it is not deleted yet", async () => {
    await run(NOW, { bitcoin: { price: 67_000 } });
    const later = minutesLater(91 * 24 * 60);
    await problemOf(() => latest("bitcoin", later), 404);
    expect((await list("bitcoin", {}, later)).items).to.deep.equal([]);
  });

  it("answers 404 for a coin that has no price, whatever it is called", async () => {
    await problemOf(() => latest("dogecoin"), 404);
    await problemOf(() => latest("COIN#bitcoin"), 404);
  });

  it("fails on an event that no schedule sends", async () => {
    const failure = await trackPrices({}, table, quoting({}), TRACKING, NOW).catch(String);
    expect(failure).to.contain("scheduledAt");
  });
});

describe("price feed", () => {
  const PATIENCE = { timeoutMs: 2_000, attempts: 3, pauseMs: 1 };
  const SECONDS = Math.floor(NOW.getTime() / 1000);
  let server: Server;
  let answers: ((request: IncomingMessage, response: ServerResponse) => void)[];
  const asked: string[] = [];

  const json =
    (body: unknown, status = 200) =>
    (_: IncomingMessage, response: ServerResponse) =>
      void response.writeHead(status).end(JSON.stringify(body));
  const feed = () => priceFeed(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, PATIENCE);
  const ask = () => feed()(["bitcoin"], "usd", NOW);

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      answers.shift()?.(request, response);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => void server.close());
  beforeEach(() => void asked.splice(0));

  it("asks for all coins at once, in CoinGecko's form", async () => {
    answers = [json({ bitcoin: { usd: 67_187.33, last_updated_at: SECONDS } })];
    expect(await ask()).to.deep.equal(new Map([["bitcoin", { price: 67_187.33 }]]));
    expect(asked).to.deep.equal(["/simple/price?ids=bitcoin&vs_currencies=usd&include_last_updated_at=true"]);
  });

  it("asks again while the service is busy, broken or out of reach, and gives up after three attempts", async () => {
    answers = [
      json({}, 429),
      (request) => void request.socket.destroy(),
      json({ bitcoin: { usd: 1, last_updated_at: SECONDS } }),
    ];
    expect(await ask()).to.deep.equal(new Map([["bitcoin", { price: 1 }]]));
    answers = [json({}, 500), json({}, 503), json({}, 500), json({})];
    expect(String(await ask().catch(String))).to.contain("answered 500");
    expect(answers).to.have.length(1);
  });

  it("does not ask again when the service refuses, or answers in another form", async () => {
    answers = [json({}, 401), json([1, 2])];
    expect(String(await ask().catch(String))).to.contain("answered 401");
    expect(String(await ask().catch(String))).to.contain("another form");
    expect(asked).to.have.length(2);
  });

  for (const [what, quote] of Object.entries({
    "is missing": {},
    "is zero": { usd: 0 },
    "is negative": { usd: -5 },
    "is a text": { usd: "67000" },
    "is beyond all bounds": { usd: 1e13 },
    "is two hours old": { usd: 67_000, last_updated_at: SECONDS - 7_200 },
    "comes from tomorrow": { usd: 67_000, last_updated_at: SECONDS + 86_400 },
  })) {
    it(`refuses a price that ${what}`, async () => {
      answers = [json({ bitcoin: { last_updated_at: SECONDS, ...quote } })];
      expect((await ask()).get("bitcoin"))
        .to.have.property("refused")
        .that.is.a("string");
    });
  }
});
