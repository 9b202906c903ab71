import { expect } from "chai";
import { EVENTS, moveRegisteredSchema } from "../../../events/catalogue.schema.ts";
import { detailTypeOf, eventIn } from "../../../handlers/shared/event.ts";

const MOVE = "0190a6f2-7a3e-7cc1-8b5a-2f6d8f3f9c11";
const CLIENT = { id: "client-1", email: "ana@example.com" };

function message(changes: object = {}) {
  const data = {
    moveId: MOVE,
    origin: "A",
    destination: "B",
    volumeM3: 12.5,
    date: "2026-01-31",
    client: CLIENT,
  };
  const occurredAt = "2026-01-01T00:00:00.000Z";
  const detail = { eventId: MOVE, version: 1, occurredAt, correlationId: "request-1", data, ...changes };
  return { body: JSON.stringify({ "detail-type": "MoveRegistered", source: "andamio.moves", detail }) };
}

describe("events of the catalogue", () => {
  it("are read from a queue's message, with properties that a later publisher added", () => {
    expect(detailTypeOf(message())).to.equal("MoveRegistered");
    const { data } = eventIn(message({ addedLater: true }), moveRegisteredSchema);
    expect(data).to.include({ moveId: MOVE, volumeM3: 12.5 });
  });

  it("are refused in a newer version, and when something is missing, by name", () => {
    expect(() => eventIn(message({ version: 2 }), moveRegisteredSchema)).to.throw(
      /MoveRegistered of version 2/,
    );
    expect(() => eventIn(message({ data: {} }), moveRegisteredSchema)).to.throw(/data\.moveId/);
    expect(() => eventIn({ body: "null" }, moveRegisteredSchema)).to.throw(/not understood/);
  });

  it("have one publisher each", () => {
    const all = Object.values(EVENTS).flat();
    expect(new Set(all).size).to.equal(all.length);
  });
});
