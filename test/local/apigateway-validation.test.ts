import { expect } from "chai";
import { documentOf, GatewayFixture, proxyTo } from "./support/gateway-cloud.ts";

const TASK = {
  type: "object",
  required: ["title"],
  additionalProperties: false,
  properties: {
    title: { type: "string", minLength: 1, maxLength: 5 },
    status: { type: "string", enum: ["open", "done"] },
    priority: { type: "integer", minimum: 1, maximum: 5 },
    ratio: { type: "number", minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true },
    step: { type: "number", multipleOf: 0.5 },
    code: { type: "string", pattern: "^[A-Z]{3}$" },
    email: { type: "string", format: "email" },
    at: { type: "string", format: "date-time" },
    day: { type: "string", format: "date" },
    color: { type: "string", format: "color" },
    tags: { type: "array", items: { type: "string" }, uniqueItems: true },
    owner: { $ref: "#/components/schemas/Owner" },
    target: { anyOf: [{ type: "string" }, { $ref: "#/components/schemas/Owner" }] },
    exactly: { oneOf: [{ type: "integer" }, { type: "number", minimum: 0 }] },
    no: { not: { type: "null" } },
    data: { type: "object", minProperties: 1, maxProperties: 2 },
    flag: { type: "boolean" },
    note: { type: "string", nullable: true },
  },
};

const OWNER = { type: "object", required: ["name", "age"], properties: { name: { type: "string" } } };

/** Templates that show what the gateway knows of an error. */
const RESPONSES = {
  "x-amazon-apigateway-gateway-responses": {
    BAD_REQUEST_BODY: {
      responseTemplates: { "application/json": '{"cause":"$context.error.validationErrorString"}' },
    },
  },
};

const VALIDATORS = {
  "x-amazon-apigateway-request-validators": {
    all: { validateRequestBody: true, validateRequestParameters: true },
    none: { validateRequestBody: false, validateRequestParameters: false },
  },
};

describe("API Gateway: request validation", () => {
  let gateway: GatewayFixture;
  let base: string;
  let invoked: number;

  before(async () => {
    gateway = await new GatewayFixture().start();
    const arn = gateway.handle("tasks", () => {
      invoked += 1;
      return { statusCode: 201 };
    });
    const body = (schema: object, type = "application/json") => ({
      requestBody: { content: { [type]: { schema } } },
    });
    const task = { $ref: "#/components/schemas/Task" };
    const parameters = [
      { name: "limit", in: "query", required: true },
      { name: "cursor", in: "query", required: false },
      { name: "X-Tenant", in: "header", required: true },
      { name: "id", in: "path", required: true },
    ];
    base = await gateway.deploy(
      documentOf(
        {
          "/tasks": { post: { ...proxyTo(arn), ...body(task) } },
          "/list": { post: { ...proxyTo(arn), ...body({ type: "array", minItems: 1, items: task }) } },
          "/any": { post: { ...proxyTo(arn), ...body(task, "$default") } },
          "/off": {
            post: { ...proxyTo(arn), ...body(task), "x-amazon-apigateway-request-validator": "none" },
          },
          "/tasks/{id}": { parameters, get: proxyTo(arn) },
        },
        {
          ...VALIDATORS,
          ...RESPONSES,
          "x-amazon-apigateway-request-validator": "all",
          components: { schemas: { Task: TASK, Owner: OWNER } },
        },
      ),
    );
  });

  beforeEach(() => {
    invoked = 0;
  });

  after(() => gateway.stop());

  const post = (path: string, body: string, type: string | undefined = "application/json") =>
    gateway.send("POST", `${base}${path}`, { body, headers: type ? { "content-type": type } : {} });

  const accepted: readonly [what: string, body: object][] = [
    ["the least", { title: "a" }],
    ["the longest text, counted in characters", { title: "😀😀😀😀😀" }],
    ["a value of an enumeration", { title: "a", status: "done" }],
    ["the bounds of a range", { title: "a", priority: 5 }],
    ["an integer written with a fraction of zero", { title: "a", priority: 2.0 }],
    ["a number within exclusive bounds", { title: "a", ratio: 0.5 }],
    ["a multiple", { title: "a", step: 1.5 }],
    ["a matching pattern", { title: "a", code: "ABC" }],
    ["a matching format", { title: "a", at: "2026-01-15T10:00:00.123Z", day: "2028-02-29", email: "a@b" }],
    ["a time with an offset", { title: "a", at: "2026-01-15T10:00:00+02:00" }],
    ["any value for a format that the gateway does not know", { title: "a", color: "?" }],
    ["a reference that matches", { title: "a", owner: { name: "x", age: 1 } }],
    ["one of several alternatives", { title: "a", target: { name: "x", age: 1 } }],
    ["exactly one alternative", { title: "a", exactly: 0.5 }],
  ];
  for (const [what, body] of accepted) {
    it(`accepts ${what}`, async () => {
      expect((await post("/tasks", JSON.stringify(body))).status).to.equal(201);
      expect(invoked).to.equal(1);
    });
  }

  const refused: readonly [what: string, body: unknown, cause: string][] = [
    ["a missing property", {}, 'object has missing required properties (["title"])'],
    [
      "several missing properties",
      { title: "a", owner: {} },
      'object has missing required properties (["age","name"])',
    ],
    [
      "unknown properties",
      { title: "a", z: 1, b: 2 },
      'object instance has properties which are not allowed by the schema: ["b","z"]',
    ],
    [
      "another type",
      { title: 7 },
      'instance type (integer) does not match any allowed primitive type (allowed: ["string"])',
    ],
    [
      "null, also where OpenAPI would allow it",
      { title: "a", note: null },
      'instance type (null) does not match any allowed primitive type (allowed: ["string"])',
    ],
    [
      "a text for a number",
      { title: "a", step: "1" },
      'instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])',
    ],
    [
      "a fraction for an integer",
      { title: "a", priority: 1.5 },
      'instance type (number) does not match any allowed primitive type (allowed: ["integer"])',
    ],
    [
      "a text for a boolean",
      { title: "a", flag: "true" },
      'instance type (string) does not match any allowed primitive type (allowed: ["boolean"])',
    ],
    [
      "a list for an object",
      [],
      'instance type (array) does not match any allowed primitive type (allowed: ["object"])',
    ],
    ["an empty text", { title: "" }, 'string "" is too short (length: 0, required minimum: 1)'],
    ["a text too long", { title: "abcdef" }, 'string "abcdef" is too long (length: 6, maximum allowed: 5)'],
    [
      "a value outside an enumeration",
      { title: "a", status: "x" },
      'instance value ("x") not found in enum (possible values: ["open","done"])',
    ],
    [
      "a number too small",
      { title: "a", priority: 0 },
      "numeric instance is lower than the required minimum (minimum: 1, found: 0)",
    ],
    [
      "a number too large",
      { title: "a", priority: 6 },
      "numeric instance is greater than the required maximum (maximum: 5, found: 6)",
    ],
    [
      "an exclusive minimum",
      { title: "a", ratio: 0 },
      "numeric instance is not strictly greater than the required minimum 0",
    ],
    [
      "an exclusive maximum",
      { title: "a", ratio: 1 },
      "numeric instance is not strictly lower than the required maximum 1",
    ],
    ["what is no multiple", { title: "a", step: 0.7 }, "remainder of division is not zero (0.7 / 0.5)"],
    [
      "what a pattern does not match",
      { title: "a", code: "abc" },
      'ECMA 262 regex "^[A-Z]{3}$" does not match input string "abc"',
    ],
    ["what is no e-mail address", { title: "a", email: "a" }, 'string "a" is not a valid email address'],
    [
      "a day that does not exist",
      { title: "a", day: "2026-02-30" },
      'string "2026-02-30" is invalid against requested date format(s) [yyyy-MM-dd]',
    ],
    [
      "a time without a zone",
      { title: "a", at: "2026-01-15T10:00:00" },
      `string "2026-01-15T10:00:00" is invalid against requested date format(s) ["yyyy-MM-dd'T'HH:mm:ssZ", "yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z"]`,
    ],
    ["repeated elements", { title: "a", tags: ["x", "x"] }, "array must not contain duplicate elements"],
    [
      "an element of another type",
      { title: "a", tags: [1] },
      'instance type (integer) does not match any allowed primitive type (allowed: ["string"])',
    ],
    [
      "what matches no alternative",
      { title: "a", target: { name: 1 } },
      "instance failed to match at least one required schema among 2",
    ],
    [
      "what matches two alternatives of which one is right",
      { title: "a", exactly: 3 },
      "instance failed to match exactly one schema (matched 2 out of 2)",
    ],
    ["what must not match", { title: "a", no: null }, "instance matched a schema which it should not have"],
    [
      "an object too small",
      { title: "a", data: {} },
      "object has too few properties (found 0 but schema requires at least 1)",
    ],
    [
      "an object too large",
      { title: "a", data: { a: 1, b: 2, c: 3 } },
      "object has too many properties (found 3 but schema requires at most 2)",
    ],
  ];
  for (const [what, body, cause] of refused) {
    it(`refuses ${what}`, async () => {
      const { status, json, headers } = await post("/tasks", JSON.stringify(body));
      expect(status).to.equal(400);
      expect(json).to.deep.equal({ cause: `[${cause}]` });
      expect(headers["x-amzn-errortype"]).to.equal("BadRequestException");
      expect(invoked).to.equal(0);
    });
  }

  it("tells of several mistakes at once", async () => {
    const { json } = await post("/tasks", JSON.stringify({ priority: 9, status: "x" }));
    expect(json.cause).to.match(/^\[object has missing .*, instance value .*, numeric instance .*\]$/);
  });

  for (const body of ['{"title":', "title", '{"title":"a",}', "\u{feff}{}x"]) {
    it(`refuses a body that is not JSON: ${body}`, async () => {
      expect((await post("/tasks", body)).status).to.equal(400);
    });
  }

  it("takes no body for an empty object", async () => {
    const { status, json } = await post("/tasks", "");
    expect(status).to.equal(400);
    expect(json).to.deep.equal({ cause: '[object has missing required properties (["title"])]' });
  });

  it("validates JSON whatever parameters its content type has, and when it has no content type", async () => {
    expect((await post("/tasks", "{}", "application/json; charset=utf-8")).status).to.equal(400);
    expect((await post("/tasks", "{}", "Application/JSON")).status).to.equal(400);
    expect((await post("/tasks", "{}", "")).status).to.equal(400);
  });

  it("does not validate a content type that no model is for", async () => {
    expect((await post("/tasks", "{}", "text/plain")).status).to.equal(201);
  });

  it("validates any content type when there is a default model", async () => {
    expect((await post("/any", "{}", "text/plain")).status).to.equal(400);
    expect((await post("/any", '{"title":"a"}', "text/plain")).status).to.equal(201);
  });

  it("follows references within a list, and leaves lengths of lists unchecked as the import does", async () => {
    expect((await post("/list", "[{}]")).status).to.equal(400);
    expect((await post("/list", '[{"title":"a"}]')).status).to.equal(201);
    expect((await post("/list", "[]")).status).to.equal(201);
  });

  it("does not validate where the operation's validator says so", async () => {
    expect((await post("/off", "{}")).status).to.equal(201);
  });

  it("is not fooled by names of prototypes", async () => {
    const { status, json } = await post("/tasks", '{"title":"a","__proto__":{"x":1}}');
    expect(status).to.equal(400);
    expect(json.cause).to.contain("__proto__");
  });

  const get = (query: string, headers: Record<string, string> = {}) =>
    gateway.send("GET", `${base}/tasks/7${query}`, { headers });

  it("asks for required parameters, headers first", async () => {
    const { status, json, headers } = await get("");
    expect(status).to.equal(400);
    expect(json).to.deep.equal({ message: "Missing required request parameters: [X-Tenant, limit]" });
    expect(headers["x-amzn-errortype"]).to.equal("BadRequestException");
    expect(invoked).to.equal(0);
  });

  it("takes a blank parameter for a missing one", async () => {
    const { json } = await get("?limit=", { "X-Tenant": "a" });
    expect(json).to.deep.equal({ message: "Missing required request parameters: [limit]" });
  });

  it("accepts required parameters, and headers in any case", async () => {
    expect((await get("?limit=1", { "x-tenant": "a" })).status).to.equal(201);
  });
});
