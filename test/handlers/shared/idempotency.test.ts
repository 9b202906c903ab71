import "../support/environment.ts";
import { expect } from "chai";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import { once } from "../../../handlers/shared/idempotency.ts";
import type { ApiRequest } from "../../../handlers/shared/request.ts";
import { itemsOf, newTable } from "../support/aws.ts";
import type { Asked } from "../support/events.ts";
import { request } from "../support/events.ts";
import { problemOf } from "../support/problems.ts";

let table: Table;

const ask = (key: string | readonly string[], asked: Asked = {}, route = "POST /things") =>
  request(route, { body: { name: "x" }, ...asked, headers: { "Idempotency-Key": key } });

/** Creates a thing with a name of its own. */
function perform(asked: ApiRequest, now?: Date) {
  return once(
    asked,
    table,
    () => {
      const pk = `THING#${crypto.randomUUID()}`;
      return {
        writes: [{ Put: { TableName: table.name, Item: { pk, sk: "THING" } } }],
        response: { status: 201, headers: { location: pk }, body: { pk } },
      };
    },
    { now },
  );
}

const things = async () => (await itemsOf(table)).filter(({ sk }) => sk === "THING");

describe("once", () => {
  before(async function () {
    this.timeout(30_000);
    table = await newTable();
  });

  beforeEach(async () => {
    table = await newTable();
  });

  it("carries out a request without a key each time", async () => {
    await perform(request("POST /things", { body: {} }));
    await perform(request("POST /things", { body: {} }));
    expect(await things()).to.have.length(2);
    expect(await itemsOf(table)).to.have.length(2);
  });

  it("answers a repeated request as the first one, and says so", async () => {
    const first = await perform(ask("k"));
    const second = await perform(ask("k"));
    expect(second).to.deep.equal({ ...first, headers: { ...first.headers, "idempotency-replayed": "true" } });
    expect(await things()).to.have.length(1);
  });

  it("answers as the first request, which was carried out meanwhile and is what is in the way", async () => {
    const second = await once(ask("k"), table, async () => {
      await perform(ask("k"));
      throw new Error("There is a thing already");
    });
    expect(second.headers).to.include({ "idempotency-replayed": "true" });
    expect(await things()).to.have.length(1);
  });

  it("takes a key that is written as a structured string for the same key", async () => {
    await perform(ask("k-1"));
    expect((await perform(ask('"k-1"'))).headers).to.include({ "idempotency-replayed": "true" });
  });

  it("has one effect for thirty requests at the same time", async function () {
    this.timeout(20_000);
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => perform(ask("race"))));
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).to.include({ status: 409 });
    }
    const answers = outcomes.flatMap((outcome) =>
      outcome.status === "fulfilled" ? [outcome.value.body] : [],
    );
    expect(answers).to.not.be.empty;
    expect(new Set(answers.map((body) => JSON.stringify(body))).size).to.equal(1);
    expect(await things()).to.have.length(1);
  });

  it("refuses the key for another body, path, query or content type", async () => {
    await perform(ask("k", { path: { id: "1" } }, "POST /things/{id}"));
    const others: Asked[] = [
      { path: { id: "1" }, body: { name: "y" } },
      { path: { id: "2" } },
      { path: { id: "1" }, query: { a: "1" } },
    ];
    for (const other of others) await problemOf(() => perform(ask("k", other, "POST /things/{id}")), 422);
    expect(await things()).to.have.length(1);
  });

  it("keeps the keys of other callers and other routes apart", async () => {
    await perform(ask("k"));
    await perform(ask("k", { caller: "somebody-else" }));
    await perform(ask("k", {}, "POST /others"));
    expect(await things()).to.have.length(3);
  });

  it("forgets a key after 24 hours, whether DynamoDB has deleted its record or not", async () => {
    const hours = (count: number) => new Date(Date.now() + count * 3_600_000);
    await perform(ask("k"));
    expect((await perform(ask("k"), hours(23))).headers).to.include({ "idempotency-replayed": "true" });
    expect((await perform(ask("k"), hours(25))).headers).to.not.include.keys("idempotency-replayed");
    expect(await things()).to.have.length(2);
  });

  it("leaves no record when the effect is refused, so that the key can be used again", async () => {
    const refused = () =>
      once(ask("k"), table, () => ({
        writes: [
          {
            ConditionCheck: {
              TableName: table.name,
              Key: { pk: "none", sk: "none" },
              ConditionExpression: "attribute_exists(pk)",
            },
          },
        ],
        response: { status: 201 },
        refused: () => new RangeError("refused"),
      }));
    const reason = await refused().catch((error: unknown) => error);
    expect(reason).to.be.instanceOf(RangeError);
    expect(await itemsOf(table)).to.be.empty;
    expect((await perform(ask("k"))).status).to.equal(201);
  });

  for (const [what, key] of Object.entries({
    "an empty key": "",
    "a key with a blank": "a b",
    "a key of 256 characters": "k".repeat(256),
    "a key of other letters": "clé",
    "an empty structured string": '""',
    "two keys": ["a", "b"],
  })) {
    it(`refuses ${what}`, async () => {
      const { extras } = await problemOf(() => perform(ask(key)), 400);
      expect(extras.errors?.[0]?.parameter).to.equal("idempotency-key");
    });
  }
});
