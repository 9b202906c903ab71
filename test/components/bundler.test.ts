import { execFile } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import * as z from "zod";
import { bundleEntry } from "../../components/bundler/entry.ts";
import { runBundle, TemporaryProject } from "./support/temporary-project.ts";

const MAXIMUM_BYTES = 175_000;

const HANDLER = `
import { greet } from "./greeting.ts";
export const handler = async (event: { name: string }): Promise<string> => greet(event.name);
`;
const GREETING = 'export const greet = (name: string): string => "hola " + name;';

const STORE = `
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
export const handler = async (event: { id: string }) => {
  await client.send(new PutCommand({ TableName: "tasks", Item: { id: event.id, tags: ["a"], count: 3 } }));
  return (await client.send(new GetCommand({ TableName: "tasks", Key: { id: event.id } }))).Item;
};
`;

/** Puts and gets one item, as DynamoDB would. */
async function storeStub(): Promise<{ url: string; operations: string[]; close: () => void }> {
  const operations: string[] = [];
  let stored: unknown;
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const body: { Item?: unknown } = JSON.parse(text);
    stored = body.Item ?? stored;
    const credential = /Credential=([^/]+)/.exec(request.headers.authorization ?? "")?.[1];
    operations.push(`${request.headers["x-amz-target"]} by ${credential}`);
    response.setHeader("content-type", "application/x-amz-json-1.0");
    response.end(JSON.stringify(body.Item ? {} : { Item: stored }));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, operations, close: () => server.close() };
}

/** What `rebuild` answers in a process of its own: it keeps what it has parsed, and so its process, until it is ended. */
async function rebuilt(argument: unknown, root: string): Promise<string> {
  const module = pathToFileURL(resolve("components/bundler/rebuild.ts")).href;
  const script = `
    const { build } = await import(${JSON.stringify(module)});
    console.log(await build(${JSON.stringify(argument)}, ${JSON.stringify(root)}));
    process.exit(0);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  return stdout.trim();
}

describe("bundler, entries", () => {
  const projects: TemporaryProject[] = [];

  async function project(files: Readonly<Record<string, string>>): Promise<TemporaryProject> {
    const created = await TemporaryProject.create(files);
    projects.push(created);
    return created;
  }

  const greeter = () => project({ "handlers/greet.ts": HANDLER, "handlers/greeting.ts": GREETING });

  afterEach(async () => {
    for (const created of projects.splice(0)) await created.remove();
  });

  async function refusalOf(entry: string, { root }: TemporaryProject): Promise<string> {
    return bundleEntry(entry, root).then(
      () => "not refused",
      (error: Error) => error.message,
    );
  }

  it("makes one small module that runs by itself", async () => {
    const { root } = await greeter();
    const file = await bundleEntry("handlers/greet.ts", root);
    expect(file).to.match(/^\.build\/functions\/handlers-greet-ts-[0-9a-f]{16}\/index\.mjs$/);
    expect((await runBundle(join(root, file), { name: "Ana" })).result).to.equal("hola Ana");
  });

  it("gives the same bytes twice, and in another folder, and nothing in them tells which", async () => {
    const [one, two] = [await greeter(), await greeter()];
    const files = [
      await bundleEntry("handlers/greet.ts", one.root),
      await bundleEntry("handlers/greet.ts", two.root),
    ];
    expect(files[0]).to.equal(files[1]);
    const bytes = await one.read(String(files[0]));
    expect(bytes.equals(await two.read(String(files[1])))).to.equal(true);
    expect(bytes.toString()).not.to.include(one.root);
  });

  it("gives the same bytes whether it is made alone or with others", async () => {
    const files = { "alone.ts": STORE, "other.ts": HANDLER, "greeting.ts": GREETING };
    const [one, two] = [await project(files), await project(files)];
    const alone = await bundleEntry("alone.ts", one.root);
    const [, together] = await Promise.all(
      ["other.ts", "alone.ts"].map((entry) => bundleEntry(entry, two.root)),
    );
    expect(together).to.equal(alone);
  });

  it("gives the same bytes whatever has happened to Node's own modules in the process that makes it", async () => {
    const files = {
      "handlers/host.ts": 'import { hostname } from "node:os"; export const handler = hostname;',
    };
    const [one, other] = [await project(files), await project(files)];
    const before = await bundleEntry("handlers/host.ts", one.root);
    const added = "z".repeat(1_000);
    Object.defineProperty(os, added, { value: 1, enumerable: true, configurable: true });
    try {
      expect(await bundleEntry("handlers/host.ts", other.root)).to.equal(before);
    } finally {
      Reflect.deleteProperty(os, added);
    }
  });

  it("makes nothing while what went into a bundle is unchanged", async () => {
    const created = await greeter();
    const file = await bundleEntry("handlers/greet.ts", created.root);
    const [manifest = ""] = await readdir(join(created.root, ".build/manifests"));
    const known = (await created.read(`.build/manifests/${manifest}`)).toString();
    await created.write({
      [`.build/manifests/${manifest}`]: known.replace(file, ".build/kept.mjs"),
      ".build/kept.mjs": "kept",
      "handlers/other.ts": "not part of it",
    });
    expect(await bundleEntry("handlers/greet.ts", created.root)).to.equal(".build/kept.mjs");
  });

  it("makes a bundle anew, beside the old one, when a file that went into it has changed", async () => {
    const created = await greeter();
    const before = await bundleEntry("handlers/greet.ts", created.root);
    await created.write({ "handlers/greeting.ts": GREETING.replace("hola", "adeu") });
    const after = await bundleEntry("handlers/greet.ts", created.root);
    expect((await runBundle(join(created.root, after), { name: "Ana" })).result).to.equal("adeu Ana");
    expect((await runBundle(join(created.root, before), { name: "Ana" })).result).to.equal("hola Ana");
  });

  it("leaves beside a bundle how it is made again without the program, packages left out", async () => {
    const created = await project({
      "store.ts": `import { limits } from "virtual:schemas";\n${STORE}\nexport const check = limits.safeParse;`,
    });
    const file = await bundleEntry("store.ts", created.root, {
      schemas: { limits: z.strictObject({ name: z.string() }) },
    });
    const recipe = JSON.parse((await created.read(`${file}.build.json`)).toString());
    expect(recipe.inputs).to.include("store.ts");
    expect(recipe.inputs.join()).to.not.contain("node_modules");
    expect(await rebuilt(recipe.argument, created.root)).to.equal(file);
    await created.write({
      "store.ts": `${(await created.read("store.ts")).toString()};console.log("more");`,
    });
    const again = await rebuilt(recipe.argument, created.root);
    expect(again).not.to.equal(file);
    const bundled = await bundleEntry("store.ts", created.root, {
      schemas: { limits: z.strictObject({ name: z.string() }) },
    });
    expect(bundled).to.equal(again);
  });

  it("leaves to a host that takes recipes to make a bundle, and uses one that is there", async () => {
    const created = await greeter();
    const entry = "handlers/greet.ts";
    process.env.TAKES_BUILD_RECIPES = "1";
    try {
      const later = await bundleEntry(entry, created.root);
      const { inputs, argument } = JSON.parse((await created.read(`${later}.build.json`)).toString());
      expect(inputs).to.deep.equal([entry]);
      expect(await readdir(join(created.root, later, ".."))).to.deep.equal(["index.mjs.build.json"]);
      delete process.env.TAKES_BUILD_RECIPES;
      const file = await rebuilt(argument, created.root);
      process.env.TAKES_BUILD_RECIPES = "1";
      expect(file).not.to.equal(later);
      expect(await bundleEntry(entry, created.root)).to.equal(file);
    } finally {
      delete process.env.TAKES_BUILD_RECIPES;
    }
  });

  it("makes a bundle anew when it has been deleted", async () => {
    const created = await greeter();
    const file = await bundleEntry("handlers/greet.ts", created.root);
    await rm(join(created.root, ".build/functions"), { recursive: true });
    expect(await bundleEntry("handlers/greet.ts", created.root)).to.equal(file);
    expect((await created.read(file)).length).to.be.above(0);
  });

  it("can be asked by two processes at once", async () => {
    const { root } = await greeter();
    const module = JSON.stringify(resolve("components/bundler/entry.ts"));
    const script = `const { bundleEntry } = await import(${module}); console.log(await bundleEntry("handlers/greet.ts"));`;
    const ask = () =>
      promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], { cwd: root });
    const [one, two] = await Promise.all([ask(), ask()]);
    expect(one.stdout).to.equal(two.stdout);
    expect((await runBundle(join(root, one.stdout.trim()), { name: "Ana" })).result).to.equal("hola Ana");
  });

  it("reaches DynamoDB with the function's own credentials, in less than 175 KB, without undici", async () => {
    const created = await project({ "store.ts": STORE });
    const file = await bundleEntry("store.ts", created.root);
    const stub = await storeStub();
    const environment = {
      AWS_ENDPOINT_URL: stub.url,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKIDTEST",
      AWS_SECRET_ACCESS_KEY: "secret",
    };
    const run = await runBundle(join(created.root, file), { id: "7" }, environment).finally(stub.close);
    expect(run.result).to.deep.equal({ id: "7", tags: ["a"], count: 3 });
    expect(stub.operations).to.deep.equal([
      "DynamoDB_20120810.PutItem by AKIDTEST",
      "DynamoDB_20120810.GetItem by AKIDTEST",
    ]);
    // Not even the first calls load HTTP and streams of the web, or look for profiles in files.
    expect(run.loaded.filter((name) => /undici|webstreams|fs\/promises/.test(name))).to.deep.equal([]);
    expect(await created.read(file))
      .to.have.property("length")
      .below(MAXIMUM_BYTES);
  });

  it("says so when there are no credentials in the environment", async () => {
    const created = await project({ "store.ts": STORE });
    const file = await bundleEntry("store.ts", created.root);
    const failure = await runBundle(join(created.root, file), { id: "7" }, { AWS_REGION: "eu-west-1" }).catch(
      String,
    );
    expect(failure).to.include("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set");
  });

  it("leaves out the operations of S3 that are not used", async () => {
    const used = `
      import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
      const client = new S3Client({});
      export const handler = () => client.send(new GetObjectCommand({ Bucket: "b", Key: "k" }));
    `;
    const created = await project({ "read.ts": used });
    const code = (await created.read(await bundleEntry("read.ts", created.root))).toString();
    expect(code).to.include("GetObject");
    expect(code).not.to.include("BucketReplication");
  });

  it("runs CommonJS packages that require Node's own modules", async () => {
    const created = await project({
      "digest.ts":
        'import digest from "legacy-digest"; export const handler = async (text: string) => digest(text);',
    });
    await created.write({
      "node_modules/legacy-digest/package.json":
        '{ "name": "legacy-digest", "version": "1.0.0", "main": "index.js" }',
      "node_modules/legacy-digest/index.js":
        'const crypto = require("crypto"); const { isAbsolute } = require("node:path");\n' +
        'module.exports = (text) => crypto.createHash("sha256").update(text).digest("hex").slice(0, 8) + isAbsolute(__dirname);',
    });
    const file = await bundleEntry("digest.ts", created.root);
    expect((await runBundle(join(created.root, file), "hola")).result).to.equal("b221d9dbtrue");
  });

  describe("refuses, with the place and the reason,", () => {
    it("a module that is not there", async () => {
      const created = await greeter();
      expect(await refusalOf("handlers/missing.ts", created)).to.equal(
        `handlers/missing.ts does not exist below ${created.root}`,
      );
    });

    it("a module that exports no handler", async () => {
      const created = await greeter();
      expect(await refusalOf("handlers/greeting.ts", created)).to.equal(
        'handlers/greeting.ts cannot be bundled:\n  No matching export in "handlers/greeting.ts" for import "handler"',
      );
    });

    it("a module with a mistake", async () => {
      const created = await project({
        "broken.ts": "export const handler = async () => {\n  const 1 = 2;\n};",
      });
      expect(await refusalOf("broken.ts", created)).to.equal(
        'broken.ts cannot be bundled:\n  broken.ts:2: Expected identifier but found "1"',
      );
    });

    it("a package that is not installed", async () => {
      const created = await project({ "far.ts": 'import "left-out"; export const handler = () => 1;' });
      expect(await refusalOf("far.ts", created)).to.match(
        /^far\.ts cannot be bundled:\n {2}far\.ts:1: .*"left-out"/,
      );
    });
  });
});
