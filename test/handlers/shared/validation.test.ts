import "../support/environment.ts";
import { expect } from "chai";
import * as fc from "fast-check";
import * as z from "zod";
import { expectedVersions } from "../../../handlers/shared/conditional.ts";
import { jsonBody, MAX_JSON_BYTES } from "../../../handlers/shared/json-body.ts";
import { parse } from "../../../handlers/shared/validation.ts";
import { request } from "../support/events.ts";
import { problemOf } from "../support/problems.ts";

const json = (body: unknown, headers = {}) =>
  jsonBody(request("POST /things", { body, headers: { "Content-Type": "application/json", ...headers } }));

describe("JSON body", () => {
  it("is any JSON value, also in base64", () => {
    expect(json('{"a":[1]}')).to.deep.equal({ a: [1] });
    expect(json(Buffer.from('"\u00e9"'))).to.equal("\u00e9");
  });

  for (const text of ["", '{"a":', "{'a':1}", '{"a":1,}', "NaN", "[".repeat(10_000), '\ufeff{"a":1}']) {
    it(`is refused when it is ${JSON.stringify(text.slice(0, 12))}`, async () => {
      const { extras } = await problemOf(() => json(text), 400);
      expect(extras.errors).to.have.length(1);
    });
  }

  it("is refused when its bytes are not UTF-8", async () => {
    await problemOf(() => json(Uint8Array.from([0x22, 0xff, 0x22])), 400);
  });

  it("may have 256 KB and not a byte more", async () => {
    const text = JSON.stringify("x".repeat(MAX_JSON_BYTES - 2));
    expect(json(text)).to.have.length(MAX_JSON_BYTES - 2);
    await problemOf(() => json(`${text} `), 413);
  });

  for (const type of [
    "application/json",
    "Application/JSON; charset=UTF-8",
    'application/json;charset="utf-8"',
  ]) {
    it(`is taken as ${type}`, () => {
      expect(json("1", { "Content-Type": type })).to.equal(1);
    });
  }

  for (const type of [
    "",
    "text/plain",
    "application/xml",
    "application/json; charset=utf-16",
    "application/jsonp",
  ]) {
    it(`is refused as ${JSON.stringify(type)}`, async () => {
      await problemOf(() => json("1", { "Content-Type": type }), 415);
    });
  }

  it("is refused with two content types and when compressed", async () => {
    await problemOf(() => json("1", { "Content-Type": ["application/json", "application/json"] }), 415);
    await problemOf(() => json("1", { "Content-Encoding": "gzip" }), 415);
  });
});

describe("validation", () => {
  const schema = z.strictObject({ name: z.string(), notes: z.array(z.string()).optional() });

  it("stores every text in normalisation form C and is the same when repeated", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        fc.pre(!/\p{Cc}/u.test(name));
        const once = parse(schema, { name });
        expect(once.name).to.equal(name.normalize("NFC"));
        expect(parse(schema, once)).to.deep.equal(once);
      }),
    );
  });

  it("points to every text that is not acceptable", async () => {
    const { extras } = await problemOf(
      () => parse(schema, { name: "a\0", notes: ["ok", "\ud800", "\u009f"] }),
      400,
    );
    expect(extras.errors?.map(({ pointer }) => pointer)).to.deep.equal(["/name", "/notes/1", "/notes/2"]);
  });

  it("allows line breaks only where they are wanted, and other control characters nowhere", async () => {
    expect(parse(schema, { name: "a\r\n\tb" }, { multiline: ["name"] }).name).to.equal("a\r\n\tb");
    await problemOf(() => parse(schema, { name: "a\nb" }), 400);
    await problemOf(() => parse(schema, { name: "a\u0007" }, { multiline: ["name"] }), 400);
  });

  it("refuses a prototype in the body", async () => {
    await problemOf(() => parse(schema, JSON.parse('{"name":"x","__proto__":{"polluted":1}}')), 400);
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  it("writes JSON pointers with their escapes", async () => {
    const odd = z.strictObject({ "a/b~c": z.string() });
    const { extras } = await problemOf(() => parse(odd, { "a/b~c": 1 }), 400);
    expect(extras.errors?.[0]?.pointer).to.equal("/a~1b~0c");
  });
});

describe("If-Match", () => {
  const versions = (value?: string) =>
    expectedVersions(request("PUT /things", { headers: value === undefined ? {} : { "If-Match": value } }));

  it("names versions, or any", () => {
    expect(versions()).to.equal(undefined);
    expect(versions("*")).to.equal(undefined);
    expect(versions('"3"')).to.deep.equal([3]);
    expect(versions('"3" , W/"4","5"')).to.deep.equal([3, 5]);
  });

  it("never matches when it names weak or foreign tags only", async () => {
    for (const value of ['W/"3"', '"abc"', '"0"', '"-1"', '"1e3"', '""'])
      await problemOf(() => versions(value), 412);
  });

  it("is refused when it is no list of tags", async () => {
    for (const value of ["3", '"3', "", '"3";"4"', `"${"1".repeat(2000)}"`])
      await problemOf(() => versions(value), 400);
  });
});
