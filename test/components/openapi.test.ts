import { Ajv } from "ajv";
import { expect } from "chai";
import * as z from "zod";
import type { ApiContract, RouteContract } from "../../components/openapi/contract.ts";
import { routesOf } from "../../components/openapi/contract.ts";
import { publicDocument } from "../../components/openapi/document.ts";
import { gatewayDocument } from "../../components/openapi/gateway.ts";
import { gatewayResponses } from "../../components/openapi/gateway-responses.ts";
import { mistakesInCors, mistakesInRoutes } from "../../components/openapi/mistakes.ts";
import { gatewaySchema, publicSchema } from "../../components/openapi/schema.ts";

const taskSchema = z.strictObject({ title: z.string().min(1).max(200), dueAt: z.iso.datetime().optional() });

const ROUTES: Record<string, RouteContract> = {
  "POST /tasks": { summary: "Creates a task.", body: taskSchema, headers: { "Idempotency-Key": {} } },
  "GET /tasks": {
    summary: "Lists tasks.",
    query: { limit: { schema: z.int() }, status: { required: true } },
  },
  "GET /tasks/{id}": { summary: "Reads a task.", apiKeyRequired: false },
  "POST /tasks/{id}/files": { summary: "Adds a file.", body: { contentTypes: ["text/csv"] } },
};

function contractOf(routes: Record<string, RouteContract>, rest: Partial<ApiContract> = {}): ApiContract {
  return { title: "tasks", description: "Tasks", routes: routesOf(routes), apiKey: true, ...rest };
}

/** Looks into a document without knowing its type. */
function at(document: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    document,
  );
}

function gatewayOf(contract: ApiContract, binaryMediaTypes: string[] = []) {
  const integrations = Object.fromEntries(
    contract.routes.map(({ key }) => [key, { uri: `arn:of:${key}`, timeoutMilliseconds: 11_000 }]),
  );
  return gatewayDocument(contract, integrations, binaryMediaTypes);
}

describe("the document that API Gateway builds an API from", () => {
  it("sends each route to its function and waits as long as told", () => {
    const document = gatewayOf(contractOf(ROUTES));
    expect(at(document, "paths", "/tasks", "post", "x-amazon-apigateway-integration")).to.deep.equal({
      type: "aws_proxy",
      httpMethod: "POST",
      uri: "arn:of:POST /tasks",
      passthroughBehavior: "when_no_match",
      timeoutInMillis: 11_000,
    });
  });

  it("validates JSON bodies against a model, and parameters everywhere", () => {
    const document = gatewayOf(contractOf(ROUTES));
    expect(at(document, "paths", "/tasks", "post", "x-amazon-apigateway-request-validator")).to.equal("all");
    expect(
      at(document, "paths", "/tasks", "post", "requestBody", "content", "application/json", "schema"),
    ).to.deep.equal({ $ref: "#/components/schemas/PostTasksRequest" });
    expect(at(document, "components", "schemas")).to.have.all.keys("PostTasksRequest");
    expect(at(document, "paths", "/tasks", "get", "x-amazon-apigateway-request-validator")).to.equal(
      "parameters",
    );
    expect(at(document, "paths", "/tasks", "get", "parameters")).to.deep.equal([
      { name: "limit", in: "query", required: false, schema: { type: "string" } },
      { name: "status", in: "query", required: true, schema: { type: "string" } },
    ]);
    expect(at(document, "x-amazon-apigateway-request-validators")).to.deep.equal({
      all: { validateRequestBody: true, validateRequestParameters: true },
      parameters: { validateRequestBody: false, validateRequestParameters: true },
    });
  });

  it("binds no model to a body that is not JSON", () => {
    const files = at(gatewayOf(contractOf(ROUTES)), "paths", "/tasks/{id}/files", "post");
    expect(files).not.to.have.property("requestBody");
    expect(at(files, "x-amazon-apigateway-request-validator")).to.equal("parameters");
  });

  it("asks for the API key on every route that does not opt out, and on none without a key", () => {
    const document = gatewayOf(contractOf(ROUTES));
    expect(at(document, "paths", "/tasks", "get", "security")).to.deep.equal([{ apiKey: [] }]);
    expect(at(document, "paths", "/tasks/{id}", "get")).not.to.have.property("security");
    const open = gatewayOf(contractOf(ROUTES, { apiKey: false }));
    expect(JSON.stringify(open)).not.to.contain('"security"');
    expect(at(open, "components")).not.to.have.property("securitySchemes");
  });

  it("names the binary media types", () => {
    const document = gatewayOf(contractOf(ROUTES), ["image/png"]);
    expect(at(document, "x-amazon-apigateway-binary-media-types")).to.deep.equal(["image/png"]);
  });

  it("refuses a route without a function", () => {
    expect(() => gatewayDocument(contractOf(ROUTES), {}, [])).to.throw(
      'route "POST /tasks" has no integration',
    );
  });
});

describe("a route with a queue behind it", () => {
  const queue = {
    queueUri: "arn:aws:apigateway:eu-west-1:sqs:path/1/work",
    roleArn: "arn:aws:iam::1:role/sender",
  };
  const operationOf = (contract: ApiContract) => {
    const functions = contract.routes.map(({ key }) => [key, { uri: "arn", timeoutMilliseconds: 1_000 }]);
    const integrations = { ...Object.fromEntries(functions), "POST /tasks": queue };
    return at(gatewayDocument(contract, integrations, []), "paths", "/tasks", "post");
  };
  const integrationOf = (contract: ApiContract) =>
    at(operationOf(contract), "x-amazon-apigateway-integration");

  it("is an integration with that queue, by that role, for JSON alone", () => {
    expect(integrationOf(contractOf(ROUTES))).to.deep.include({
      type: "aws",
      httpMethod: "POST",
      uri: queue.queueUri,
      credentials: queue.roleArn,
      passthroughBehavior: "never",
    });
    expect(at(operationOf(contractOf(ROUTES)), "x-amazon-apigateway-request-validator")).to.equal("all");
  });

  it("hands on the key of the caller and the Idempotency-Key where there are such", () => {
    const templateOf = (contract: ApiContract) =>
      String(at(integrationOf(contract), "requestTemplates", "application/json"));
    expect(templateOf(contractOf(ROUTES))).to.match(/=Caller&.*=IdempotencyKey&/);
    const plain = { "POST /tasks": { summary: "Creates a task.", body: taskSchema } };
    expect(templateOf(contractOf(plain, { apiKey: false }))).not.to.match(/=Caller|=IdempotencyKey/);
  });

  it("declares every header that it maps, since API Gateway maps no others", () => {
    const operation = operationOf(contractOf(ROUTES, { cors: { allowedOrigins: ["https://a.example"] } }));
    for (const [pattern, status] of [
      ["200", "202"],
      ["400", "400"],
      ["default", "503"],
    ] as const) {
      const answer = at(operation, "x-amazon-apigateway-integration", "responses", pattern);
      expect(at(answer, "statusCode")).to.equal(status);
      const mapped = Object.keys(at(answer, "responseParameters") as object);
      const declared = Object.keys(at(operation, "responses", status, "headers") as object);
      expect(declared.map((header) => `method.response.header.${header}`)).to.include.members(mapped);
      if (status === "202") expect(declared).to.include("Location");
    }
  });
});

describe("preflight requests", () => {
  const preflight = (origins: string[]) =>
    at(
      gatewayOf(contractOf(ROUTES, { cors: { allowedOrigins: origins } })),
      "paths",
      "/tasks",
      "options",
      "x-amazon-apigateway-integration",
    );

  it("are answered by the gateway with the one allowed origin, the methods and the headers", () => {
    const parameters = at(preflight(["https://a.example"]), "responses", "default", "responseParameters");
    expect(parameters).to.deep.include({
      "method.response.header.Access-Control-Allow-Origin": "'https://a.example'",
      "method.response.header.Access-Control-Allow-Methods": "'POST,GET,OPTIONS'",
      "method.response.header.Access-Control-Allow-Headers":
        "'Content-Type,Authorization,X-Api-Key,Idempotency-Key'",
      "method.response.header.Access-Control-Max-Age": "'600'",
      "method.response.header.Vary": "'Origin'",
    });
    expect(at(preflight(["https://a.example"]), "responses", "default")).not.to.have.property(
      "responseTemplates",
    );
  });

  it("get their own origin back when it is another allowed one", () => {
    const template = at(
      preflight(["https://a.example", "https://b.example"]),
      "responses",
      "default",
      "responseTemplates",
      "application/json",
    );
    expect(template).to.contain('#if($origin == "https://b.example")');
    expect(template).to.contain("$context.responseOverride.header.Access-Control-Allow-Origin = $origin");
  });

  it("never meet a wildcard, and need no API key", () => {
    const document = gatewayOf(contractOf(ROUTES, { cors: { allowedOrigins: ["https://a.example"] } }));
    expect(JSON.stringify(document)).not.to.contain("'*'");
    expect(at(document, "paths", "/tasks", "options")).not.to.have.property("security");
  });

  it("are not answered without origins", () => {
    expect(at(gatewayOf(contractOf(ROUTES)), "paths", "/tasks")).not.to.have.property("options");
  });
});

describe("errors of the gateway itself", () => {
  /** What a caller reads: variables replaced the way API Gateway does it. */
  const read = (type: string) => {
    const template = gatewayResponses(undefined)[type]?.responseTemplates["application/json"] ?? "";
    return JSON.parse(
      template
        .replace("$context.requestId", "r-1")
        .replace("$context.error.validationErrorString", '[missing ([\\"title\\"])]')
        .replace("$context.error.messageString", '"Missing required request parameters: [status]"'),
    );
  };

  it("are problem details whose status is the status of the answer", () => {
    for (const [type, response] of Object.entries(gatewayResponses(undefined))) {
      const problem = read(type);
      expect(problem, type).to.include({ type: "about:blank", instance: "urn:req:r-1" });
      expect(problem.title, type).to.be.a("string");
      expect(problem.detail, type).to.be.a("string");
      if (!type.startsWith("DEFAULT_")) expect(response.statusCode, type).to.equal(String(problem.status));
      expect(response.responseParameters, type).to.deep.include({
        "gatewayresponse.header.Content-Type": "'application/problem+json'",
        "gatewayresponse.header.Cache-Control": "'no-store'",
        "gatewayresponse.header.X-Content-Type-Options": "'nosniff'",
        "gatewayresponse.header.x-request-id": "context.requestId",
      });
    }
  });

  it("set no status on the defaults, which would rewrite all others", () => {
    const responses = gatewayResponses(undefined);
    expect(responses.DEFAULT_4XX).not.to.have.property("statusCode");
    expect(responses.DEFAULT_5XX).not.to.have.property("statusCode");
  });

  it("say what is wrong with a body or a parameter", () => {
    expect(read("BAD_REQUEST_BODY").errors).to.deep.equal([{ pointer: "", detail: '[missing (["title"])]' }]);
    expect(read("BAD_REQUEST_PARAMETERS").errors).to.deep.equal([
      { detail: "Missing required request parameters: [status]" },
    ]);
  });

  it("answer 404 to an unknown path, and say when to come back after throttling", () => {
    const responses = gatewayResponses(undefined);
    expect(responses.MISSING_AUTHENTICATION_TOKEN?.statusCode).to.equal("404");
    expect(responses.THROTTLED?.responseParameters).to.include({
      "gatewayresponse.header.Retry-After": "'1'",
    });
  });

  it("can be read by a page of the allowed origin", () => {
    const allowed = gatewayResponses({ allowedOrigins: ["https://a.example"] });
    expect(allowed.THROTTLED?.responseParameters).to.include({
      "gatewayresponse.header.Access-Control-Allow-Origin": "'https://a.example'",
    });
    expect(JSON.stringify(allowed)).not.to.contain("Allow-Credentials");
  });
});

describe("a gateway model", () => {
  const accepts = (schema: z.ZodType, value: unknown) => {
    const ajv = new Ajv({ strict: false });
    return ajv.validate(gatewaySchema(schema), value);
  };

  it("accepts and refuses what the schema does", () => {
    const schema = z.strictObject({
      title: z.string().min(1).max(5),
      ratio: z.number().gt(0).lt(1),
      count: z.int().positive(),
      kind: z.literal("task"),
      note: z.string().max(3).nullable(),
      level: z.enum(["low", "high"]).nullable().optional(),
      rank: z.int().min(1).nullable().optional(),
      share: z.number().gt(0).nullable().optional(),
      nothing: z.null().optional(),
      either: z.union([z.string(), z.number()]),
      data: z.record(z.string(), z.unknown()).optional(),
      shape: z
        .discriminatedUnion("k", [z.object({ k: z.literal(1) }), z.object({ k: z.literal(2) })])
        .optional(),
    });
    const valid = { title: "a", ratio: 0.5, count: 1, kind: "task", note: null, either: 3 };
    const variants = [
      {},
      { title: "" },
      { title: "abcdef" },
      { ratio: 0 },
      { ratio: 1 },
      { count: 0 },
      { count: 1.5 },
      { kind: "other" },
      { note: "abcd" },
      { note: "abc" },
      { note: 1 },
      { note: [] },
      { level: null },
      { level: "low" },
      { level: "middle" },
      { rank: null },
      { rank: 1 },
      { rank: 1.5 },
      { rank: 0 },
      { rank: "1" },
      { share: null },
      { share: 0.1 },
      { share: 0 },
      { nothing: null },
      { nothing: "" },
      { either: "x" },
      { either: true },
      { data: { any: [1] } },
      { data: [] },
      { shape: { k: 2 } },
      { shape: { k: 3 } },
      { extra: 1 },
      { title: undefined },
    ];
    for (const variant of variants) {
      const value = JSON.parse(JSON.stringify({ ...valid, ...variant }));
      expect(accepts(schema, value), JSON.stringify(variant)).to.equal(schema.safeParse(value).success);
    }
  });

  it("has none of the keywords that API Gateway does not know", () => {
    const schema = z
      .object({
        at: z.iso.datetime(),
        n: z.number().gt(1).nullable(),
        l: z.literal("x").default("x"),
        any: z.looseObject({}),
      })
      .meta({ title: "Thing", examples: [1], deprecated: true });
    const text = JSON.stringify(gatewaySchema(schema));
    for (const keyword of ["$schema", "format", "exclusiveM", "const", "default", "examples", "deprecated"])
      expect(text).not.to.contain(`"${keyword}`);
    expect(text).not.to.match(/"type":\[|"null"|"nullable"/);
    expect(text).to.contain('"title":"Thing"');
  });

  it("holds shared schemas inline, and says when it cannot", () => {
    const shared = z.object({ a: z.string() }).meta({ id: "OpenApiTestShared" });
    expect(JSON.stringify(gatewaySchema(z.object({ p: shared, q: shared })))).not.to.contain("$ref");
    expect(() => gatewaySchema(z.object({ pair: z.tuple([z.string()]) }))).to.throw("tuple");
  });
});

describe("the published document", () => {
  const document = publicDocument(
    contractOf(
      {
        ...ROUTES,
        "DELETE /tasks/{id}": {
          summary: "Deletes.",
          responses: { 204: { description: "Gone." }, 404: { description: "No such task." } },
        },
        "PUT /tasks/{id}": {
          summary: "Changes.",
          body: taskSchema,
          responses: { 200: { description: "Changed.", schema: taskSchema } },
        },
      },
      { cors: { allowedOrigins: ["https://a.example"] } },
    ),
    "https://api.example/v1",
  );

  it("says where the API is and holds nothing of AWS", () => {
    expect(document).to.deep.include({ openapi: "3.0.1", servers: [{ url: "https://api.example/v1" }] });
    expect(JSON.stringify(document)).not.to.match(/x-amazon|arn:|"options"/);
  });

  it("shows the schemas of requests and answers with formats", () => {
    const content = at(document, "paths", "/tasks", "post", "requestBody", "content", "application/json");
    expect(content).to.deep.equal({ schema: { $ref: "#/components/schemas/PostTasksRequest" } });
    const body = at(document, "components", "schemas", "PostTasksRequest");
    expect(at(body, "properties", "dueAt", "format")).to.equal("date-time");
    expect(
      at(
        document,
        "paths",
        "/tasks/{id}",
        "put",
        "responses",
        "200",
        "content",
        "application/json",
        "schema",
      ),
    ).to.deep.equal(publicSchema(taskSchema, "output").schema);
  });

  it("names schemas that have an id, once, and refuses two of one name", () => {
    const named = z.object({ id: z.uuid() }).meta({ id: "Task" });
    const reads = (schema: z.ZodType) => ({
      summary: "Reads.",
      responses: { 200: { description: "x", schema } },
    });
    const published = (...schemas: z.ZodType[]) =>
      publicDocument(
        contractOf(Object.fromEntries(schemas.map((schema, index) => [`GET /t${index}`, reads(schema)]))),
        "https://api.example/v1",
      );
    const both = published(named, z.object({ items: z.array(named) }));
    const task = { $ref: "#/components/schemas/Task" };
    expect(
      at(both, "paths", "/t0", "get", "responses", "200", "content", "application/json", "schema"),
    ).to.deep.equal(task);
    expect(JSON.stringify(at(both, "paths", "/t1"))).to.contain(JSON.stringify(task));
    expect(at(both, "components", "schemas", "Task", "properties", "id")).to.deep.equal({
      type: "string",
      format: "uuid",
    });
    const other = z.object({ id: z.int() }).meta({ id: "Task" });
    expect(() => published(named, other)).to.throw("two schemas have the name Task");
  });

  it("shows what an application behind a route of every method serves", () => {
    const served = routesOf({
      "GET /health": { summary: "Is it well?" },
      "GET /carts/{id}": { summary: "Reads." },
    });
    const routes = { "ANY /{proxy+}": { summary: "All." }, "GET /health": { summary: "Shows /health." } };
    const { paths } = publicDocument(contractOf(routes, { served }), "https://api.example/v1");
    expect(paths).to.have.all.keys("/health", "/carts/{id}");
    expect(at(paths, "/health", "get", "summary")).to.equal("Is it well?");
  });

  it("shows every error as problem details", () => {
    const answers = at(document, "paths", "/tasks/{id}", "delete", "responses");
    expect(answers).to.have.all.keys("204", "400", "403", "404", "429", "500", "default");
    expect(at(answers, "404", "content", "application/problem+json", "schema")).to.deep.equal({
      $ref: "#/components/schemas/Problem",
    });
  });
});

describe("mistakes in a contract", () => {
  const reasons = (routes: Record<string, RouteContract>) =>
    mistakesInRoutes(routes).map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);

  it("are none in a good one", () => {
    expect(mistakesInRoutes(ROUTES)).to.deep.equal([]);
    expect(mistakesInCors({ allowedOrigins: ["http://localhost:3000"] })).to.deep.equal([]);
  });

  it("are told all at once, each with its place", () => {
    const summary = "x";
    expect(
      reasons({
        "FETCH /a": { summary },
        "GET /a b": { summary },
        "GET /x{id}": { summary },
        "GET /b/{id}": { summary, query: { id: {} } },
        "GET /c": { summary, body: taskSchema },
        "POST /d": { summary, body: { contentTypes: [] } },
        "POST /e": { summary, body: { contentTypes: ["application/json"] } },
        "POST /f": { summary, body: z.object({ pair: z.tuple([z.string()]) }) },
        "GET /g-h": { summary },
        "GET /g/h": { summary },
      }),
    ).to.have.members([
      'routes["FETCH /a"] is not "METHOD /path" with one of GET, POST, PUT, PATCH, DELETE, HEAD, ANY',
      'routes["GET /a b"] is not "METHOD /path" with one of GET, POST, PUT, PATCH, DELETE, HEAD, ANY',
      'routes["GET /x{id}"] has the segment "x{id}"; a segment is letters, digits and . _ , : - or one {parameter}',
      'routes["GET /b/{id}"] has two parameters "id"; API Gateway wants unique names across path, query and headers',
      'routes["GET /c"].body a request of this method has no body',
      'routes["POST /d"].body contentTypes is empty; name the content types the route takes',
      'routes["POST /e"].body takes application/json; give a schema for a JSON body',
      'routes["POST /f"].body has a tuple; API Gateway knows lists of one kind of item only',
      'routes["GET /g/h"] differs from another route in punctuation only',
    ]);
    expect(reasons({})).to.deep.equal(["routes is empty; an API needs a route"]);
  });

  it("include origins that are not exact", () => {
    for (const origin of ["*", "https://*.example.com", "https://a.example/", "a.example"])
      expect(mistakesInCors({ allowedOrigins: [origin] }), origin).to.have.length(1);
    expect(mistakesInCors({ allowedOrigins: [] })).to.have.length(1);
  });
});
