import { expect } from "chai";
import type { Archive } from "../../local/core/graph.ts";
import { LambdaCloud } from "./support/lambda-cloud.ts";

/** An archive of texts. */
function files(members: Readonly<Record<string, string>>): Archive {
  const assets = Object.entries(members).map(([name, text]) => [name, { kind: "asset", text } as const]);
  return { kind: "archive", assets: Object.fromEntries(assets) };
}

const ECHO_ESM = "export const handler = async (event) => ({ got: event });";
const ECHO_CJS = "exports.handler = async (event) => ({ got: event });";

describe("Lambda handlers", () => {
  let cloud: LambdaCloud;

  before(async () => {
    cloud = await LambdaCloud.start();
  });

  after(() => cloud.stop());

  const found: readonly (readonly [title: string, code: Archive, handler: string])[] = [
    ["an .mjs module", files({ "index.mjs": ECHO_ESM }), "index.handler"],
    ["a .js module, CommonJS by default", files({ "index.js": ECHO_CJS }), "index.handler"],
    [
      "a .js module that package.json makes ESM",
      files({ "index.js": ECHO_ESM, "package.json": '{"type":"module"}' }),
      "index.handler",
    ],
    [
      "a .cjs module in an ESM package",
      files({ "index.cjs": ECHO_CJS, "package.json": '{"type":"module"}' }),
      "index.handler",
    ],
    ["a module in a folder", files({ "src/orders/create.mjs": ECHO_ESM }), "src/orders/create.handler"],
    ["a folder with an index", files({ "app/index.js": ECHO_CJS }), "app.handler"],
    [
      "a nested export",
      files({ "index.js": `module.exports.api = { v1: ${ECHO_CJS.slice(18, -1)} };` }),
      "index.api.v1",
    ],
    [
      "a magic function",
      files({
        "__index.js":
          'exports.handler = (() => { const part = require("part"); return async (event) => part(event); })();',
        "node_modules/part/package.json": '{"main":"main.js"}',
        "node_modules/part/main.js": "module.exports = (event) => ({ got: event });",
      }),
      "__index.handler",
    ],
  ];

  for (const [index, [title, code, handler]] of found.entries()) {
    it(`are found in ${title}`, async () => {
      const arn = await cloud.deploy(`found-${index}`, code, { handler });
      expect(await cloud.invoke(arn, { id: 1 })).to.deep.equal({ result: { got: { id: 1 } }, failed: false });
    });
  }

  const failures: readonly (readonly [
    title: string,
    code: string,
    type: string,
    message: RegExp,
    handler?: string,
  ])[] = [
    ["a missing module", "", "Runtime.ImportModuleError", /Cannot find module '.\/other'/, "other.handler"],
    [
      "a missing import",
      'import "absent"; export const handler = 1;',
      "Error",
      /Cannot find package 'absent'/,
    ],
    [
      "a missing export",
      "export const other = 1;",
      "Runtime.HandlerNotFound",
      /index.handler is undefined or not exported/,
    ],
    [
      "an export that is no function",
      "export const handler = 1;",
      "Runtime.HandlerNotFound",
      /index.handler is not a function/,
    ],
    [
      "a mistake in the syntax",
      "export const handler = async (",
      "Runtime.UserCodeSyntaxError",
      /SyntaxError/,
    ],
    [
      "a path out of the folder",
      ECHO_ESM,
      "Runtime.MalformedHandlerName",
      /is not a valid handler name/,
      "../index.handler",
    ],
    ["an error while loading", 'throw new TypeError("no config");', "TypeError", /no config/],
    [
      "a handler with a callback",
      "export const handler = (event, context, callback) => callback(null, 1);",
      "Runtime.CallbackHandlerDeprecated",
      /removed support for callback-based function handlers starting with Node.js 24/,
    ],
    [
      "a thrown error",
      'export const handler = async () => { throw new RangeError("too far"); };',
      "RangeError",
      /^too far$/,
    ],
    ["a thrown text", 'export const handler = async () => { throw "just text"; };', "string", /^just text$/],
    [
      "an error thrown before the first await",
      'export const handler = () => { throw new Error("at once"); };',
      "Error",
      /^at once$/,
    ],
    [
      "an answer that is no JSON",
      "export const handler = async () => { const a = {}; a.a = a; return a; };",
      "Runtime.JSONStringifyError",
      /Unable to stringify response body/,
    ],
    [
      "a rejection that nobody handles",
      'export const handler = async () => { Promise.reject(new Error("lost")); await new Promise(() => {}); };',
      "Runtime.UnhandledPromiseRejection",
      /Error: lost/,
    ],
    [
      "an exception in a callback",
      'export const handler = () => new Promise(() => setTimeout(() => { throw new Error("later"); }, 1));',
      "Error",
      /^later$/,
    ],
    [
      "response streaming",
      "export const handler = awslambda.streamifyResponse(async () => undefined);",
      "Runtime.InvalidStreamingOperation",
      /local cloud does not support response streaming/,
    ],
  ];

  for (const [index, [title, code, type, message, handler = "index.handler"]] of failures.entries()) {
    it(`fail as on AWS with ${title}`, async () => {
      const arn = await cloud.deploy(`fails-${index}`, code, { handler });
      const failure = await cloud.failure(arn);
      expect(failure.errorType).to.equal(type);
      expect(failure.errorMessage).to.match(message);
      expect(failure.trace).to.be.an("array");
    });
  }

  it("may take a callback up to Node.js 22", async () => {
    const code =
      "export const handler = (event, context, callback) => { if (event.fail) callback(new Error('no')); else setImmediate(callback, null, 'done'); };";
    const arn = await cloud.deploy("callback", code, { runtime: "nodejs22.x" });
    expect(await cloud.invoke(arn)).to.deep.equal({ result: "done", failed: false });
    expect(await cloud.failure(arn, { fail: true })).to.include({ errorType: "Error", errorMessage: "no" });
    expect(cloud.cloud.entries.map(({ message }) => message)).to.include(
      "callback: nodejs22.x runs on Node.js 24 here.",
    );
  });

  it("answer null when they return nothing", async () => {
    const arn = await cloud.deploy("nothing", "export const handler = async () => {};");
    expect(await cloud.invoke(arn)).to.deep.equal({ result: null, failed: false });
  });

  it("get a complete context", async () => {
    const code =
      "export const handler = async (event, context) => ({ ...context, keys: Object.keys(context), remaining: context.getRemainingTimeInMillis(), cwd: process.cwd() === process.env.LAMBDA_TASK_ROOT });";
    const arn = await cloud.deploy("context", code, { memorySize: 256, timeout: 7 });
    await cloud.make("aws:lambda/alias:Alias", "live", {
      name: "live",
      functionName: "context",
      functionVersion: "$LATEST",
    });
    const { result } = await cloud.invoke(`${arn}:live`);
    const context = result as Record<string, unknown>;
    expect(context).to.include({
      functionName: "context",
      functionVersion: "$LATEST",
      invokedFunctionArn: `${arn}:live`,
      memoryLimitInMB: "256",
      logGroupName: "/aws/lambda/context",
      cwd: true,
    });
    expect(context.awsRequestId).to.equal(cloud.invocations.at(-1)?.requestId);
    expect(context.logStreamName).to.match(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    expect(context.remaining).to.be.within(5_000, 7_000);
    expect(context.keys).to.include.members(["clientContext", "identity", "callbackWaitsForEmptyEventLoop"]);
  });
});
