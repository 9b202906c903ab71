import "../support/environment.ts";
import { expect } from "chai";
import * as fc from "fast-check";
import { openCursor, sealCursor } from "../../../handlers/shared/cursor.ts";
import { remembered } from "../../../handlers/shared/remembered.ts";
import { problemOf } from "../support/problems.ts";
import { fixedSecret } from "../support/secrets.ts";

const secret = fixedSecret("a key");
const now = new Date("2026-11-22T12:00:00Z");
const start = { pk: "TASK#1", sk: "TASK" };
const keys = fc
  .dictionary(fc.string({ minLength: 1 }), fc.string(), { maxKeys: 6 })
  .map((key) => ({ ...key }));

describe("cursor", () => {
  it("gives back what it was made of, for the same query", async () => {
    await fc.assert(
      fc.asyncProperty(keys, fc.string(), async (key, scope) => {
        const cursor = await sealCursor(secret, scope, key, now);
        expect(cursor).to.match(/^[\w-]+$/);
        expect(await openCursor(secret, scope, cursor, now)).to.deep.equal(key);
      }),
    );
  });

  it("shows nothing of what it holds", async () => {
    const cursor = await sealCursor(secret, "scope", start, now);
    expect(Buffer.from(cursor, "base64url").toString("latin1")).to.not.contain("TASK");
  });

  it("is refused when one character of it was changed", async () => {
    const cursor = await sealCursor(secret, "scope", start, now);
    for (let index = 0; index < cursor.length; index++) {
      const changed = `${cursor.slice(0, index)}${cursor[index] === "A" ? "B" : "A"}${cursor.slice(index + 1)}`;
      await problemOf(() => openCursor(secret, "scope", changed, now), 400);
    }
  });

  it("is refused for another query, under another key and after 24 hours", async () => {
    const cursor = await sealCursor(secret, "scope", start, now);
    const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
    await problemOf(() => openCursor(secret, "other scope", cursor, now), 400);
    await problemOf(() => openCursor(fixedSecret("another key"), "scope", cursor, now), 400);
    await problemOf(() => openCursor(secret, "scope", cursor, later(24)), 400);
    expect(await openCursor(secret, "scope", cursor, later(23.9))).to.deep.equal(start);
  });

  it("is refused, not crashed on, whatever it is", async () => {
    const anything = fc.oneof(fc.string(), fc.base64String(), fc.constant("A".repeat(10_000)));
    await fc.assert(
      fc.asyncProperty(anything, async (cursor) => {
        await problemOf(() => openCursor(secret, "scope", cursor, now), 400);
      }),
    );
  });

  it("of a key that was rotated a moment ago is taken", async () => {
    const texts = ["old", "new"];
    let clock = 0;
    const rotated = remembered(
      async () => texts.shift() ?? "new",
      () => clock,
    );
    await rotated.read();
    clock += 20_000;
    const cursor = await sealCursor(fixedSecret("new"), "scope", start, now);
    expect(await openCursor(rotated, "scope", cursor, now)).to.deep.equal(start);
  });
});
