import { expect } from "chai";
import { apiChanges } from "../../tools/diff/apis.ts";

const schema = (properties: object, more: object = {}) => ({ type: "object", properties, ...more });

/** A document with one operation. */
function documentWith(operation: object, components: object = {}) {
  return { paths: { "/orders": { post: operation } }, components };
}

const sending = (body: object) => ({ requestBody: { content: { "application/json": { schema: body } } } });
const answering = (body: object) => ({
  responses: { 200: { content: { "application/json": { schema: body } } } },
});

/** What a change of what is sent, or answered, means: breaking or not, and the words without the operation. */
function told(
  wrap: (body: object) => object,
  before: object,
  after: object,
): [breaking: boolean, text: string][] {
  return apiChanges(documentWith(wrap(before)), documentWith(wrap(after))).map(({ breaking, text }) => [
    breaking,
    text.replace(/^POST \/orders (body|200)/, ""),
  ]);
}

describe("a change of an API", () => {
  it("breaks clients when a path or a method goes, not when one comes", () => {
    const before = { paths: { "/a": { get: {}, put: {} }, "/b": { get: {} } } };
    const after = { paths: { "/a": { get: {}, post: {}, options: {} } } };
    expect(apiChanges(before, after)).to.deep.equal([
      { breaking: true, text: "PUT /a is no more" },
      { breaking: true, text: "GET /b is no more" },
      { breaking: false, text: "POST /a is new" },
    ]);
  });

  it("breaks them when they must send more, or may send less", () => {
    const text = { type: "string" };
    const cases: [before: object, after: object, expected: [boolean, string]][] = [
      [schema({ a: text }), schema({ a: text, b: text }, { required: ["b"] }), [true, ".b is required now"]],
      [schema({ a: text }), schema({ a: text, b: text }), [false, ".b is new"]],
      [schema({ a: text, b: text }), schema({ a: text }), [false, ".b is no more"]],
      [
        schema({ a: text, b: text }, { additionalProperties: false }),
        schema({ a: text }, { additionalProperties: false }),
        [true, ".b is no more"],
      ],
      [schema({ a: text }, { required: ["a"] }), schema({ a: text }), [false, ".a is not required any more"]],
      [schema({ a: { enum: ["x", "y"] } }), schema({ a: { enum: ["x"] } }), [true, '.a can no more be "y"']],
      [schema({ a: { enum: ["x"] } }), schema({ a: { enum: ["x", "y"] } }), [false, '.a can be "y", too']],
      [schema({ a: text }), schema({ a: { type: "integer" } }), [true, ".a is integer instead of string"]],
      [
        schema({ a: { type: "integer" } }),
        schema({ a: { type: "number" } }),
        [false, ".a is number instead of integer"],
      ],
      [
        schema({ a: { ...text, maxLength: 9 } }),
        schema({ a: { ...text, maxLength: 5 } }),
        [true, ".a has maxLength 5 instead of 9"],
      ],
      [
        schema({ a: { ...text, minLength: 1 } }),
        schema({ a: text }),
        [false, ".a has minLength none instead of 1"],
      ],
      [
        schema({ a: { type: "array", items: text } }),
        schema({ a: { type: "array", items: { ...text, pattern: "^x" } } }),
        [true, '.a[] has pattern "^x" instead of none'],
      ],
    ];
    for (const [before, after, expected] of cases)
      expect(told(sending, before, after), expected[1]).to.deep.equal([expected]);
  });

  it("breaks them when they get less, or something that they do not know", () => {
    const text = { type: "string" };
    const cases: [before: object, after: object, expected: [boolean, string]][] = [
      [schema({ a: text, b: text }), schema({ a: text }), [true, ".b is no more"]],
      [schema({ a: text }), schema({ a: text, b: text }), [false, ".b is new"]],
      [schema({ a: { enum: ["x"] } }), schema({ a: { enum: ["x", "y"] } }), [true, '.a can be "y", too']],
      [schema({ a: text }, { required: ["a"] }), schema({ a: text }), [true, ".a is not required any more"]],
      [
        schema({ a: text }),
        schema({ a: { type: ["string", "null"] } }),
        [true, ".a is string or null instead of string"],
      ],
    ];
    for (const [before, after, expected] of cases)
      expect(told(answering, before, after), expected[1]).to.deep.equal([expected]);
  });

  it("is found behind references, even in schemas that contain themselves", () => {
    const operation = sending({ $ref: "#/components/schemas/Node" });
    const node = (label: object) => ({
      schemas: { Node: schema({ label, next: { $ref: "#/components/schemas/Node" } }) },
    });
    const changes = apiChanges(
      documentWith(operation, node({ type: "string" })),
      documentWith(operation, node({ type: "string", maxLength: 3 })),
    );
    expect(changes[0]).to.deep.equal({
      breaking: true,
      text: "POST /orders body.label has maxLength 3 instead of none",
    });
  });

  it("breaks them when it asks for another key, another parameter or another type of content", () => {
    const parameter = (required: boolean) => ({ in: "query", name: "limit", required, schema: {} });
    const cases: [before: object, after: object, breaking: boolean][] = [
      [{}, { security: [{ apiKey: [] }] }, true],
      [{ security: [{ apiKey: [] }] }, { security: [] }, false],
      [{ security: [{ apiKey: [] }] }, { security: [{ apiKey: [] }, { bearer: [] }] }, false],
      [{ parameters: [] }, { parameters: [parameter(true)] }, true],
      [{ parameters: [] }, { parameters: [parameter(false)] }, false],
      [{ parameters: [parameter(false)] }, { parameters: [parameter(true)] }, true],
      [sending({}), { requestBody: { content: { "text/csv": {} } } }, true],
      [{ responses: { 201: {} } }, { responses: { 202: {} } }, true],
    ];
    for (const [before, after, breaking] of cases) {
      const changes = apiChanges(documentWith(before), documentWith(after));
      expect(
        changes.map((change) => change.breaking),
        JSON.stringify(changes),
      ).to.deep.equal([breaking]);
    }
  });

  it("is held to break them where nobody looked", () => {
    const before = schema({ a: { anyOf: [{ type: "string" }] } });
    const after = schema({ a: { anyOf: [{ type: "number" }] } });
    expect(told(sending, before, after)).to.deep.equal([
      [true, ".a has another anyOf: see for yourself what it means"],
    ]);
  });
});
