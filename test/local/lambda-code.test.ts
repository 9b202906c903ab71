import { lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { zipSync } from "fflate";
import type { Archive, Asset } from "../../local/core/graph.ts";
import { CodeStore } from "../../local/services/lambda/code.ts";
import { LambdaCloud } from "./support/lambda-cloud.ts";

const HANDLER = 'import { name } from "part"; export const handler = async () => name;';
const text = (content: string): Asset => ({ kind: "asset", text: content });

describe("Code of functions", () => {
  let cloud: LambdaCloud;
  let folder: string;

  beforeEach(async () => {
    cloud = await LambdaCloud.start();
    folder = mkdtempSync(join(tmpdir(), "code-"));
  });

  afterEach(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Writes files below the folder of the test. @returns the folder */
  function write(files: Readonly<Record<string, string>>): string {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return folder;
  }

  const part = (name: string): Record<string, string> => ({
    "node_modules/part/package.json": '{"type":"module","exports":"./main.js"}',
    "node_modules/part/main.js": `export const name = "${name}";`,
  });

  const kinds: readonly (readonly [title: string, archive: () => Archive])[] = [
    ["a folder", () => ({ kind: "archive", path: write({ "index.mjs": HANDLER, ...part("part") }) })],
    [
      "a folder under the name of a dot",
      () => ({
        kind: "archive",
        assets: { ".": { kind: "archive", path: write({ "index.mjs": HANDLER, ...part("part") }) } },
      }),
    ],
    [
      "files and texts",
      () => ({
        kind: "archive",
        assets: {
          "index.mjs": { kind: "asset", path: join(write({ "elsewhere.mjs": HANDLER }), "elsewhere.mjs") },
          "node_modules/part/package.json": text('{"type":"module","exports":"./main.js"}'),
          "node_modules/part/main.js": text('export const name = "part";'),
        },
      }),
    ],
    [
      "a text and the folder of a package",
      () => ({
        kind: "archive",
        assets: {
          "index.mjs": text(HANDLER),
          "node_modules/part": { kind: "archive", path: join(write(part("part")), "node_modules/part") },
        },
      }),
    ],
    [
      "a folder and a file that replaces one of its files",
      () => ({
        kind: "archive",
        assets: {
          ".": { kind: "archive", path: write({ "index.mjs": HANDLER, ...part("other") }) },
          "node_modules/part/main.js": text('export const name = "part";'),
        },
      }),
    ],
    [
      "a zip file",
      () => {
        const files = Object.entries({ "index.mjs": HANDLER, ...part("part") });
        const zip = zipSync(Object.fromEntries(files.map(([name, content]) => [name, Buffer.from(content)])));
        writeFileSync(join(folder, "code.zip"), zip);
        return { kind: "archive", path: join(folder, "code.zip") };
      },
    ],
  ];

  for (const [title, archive] of kinds) {
    it(`is taken from ${title}`, async () => {
      const arn = await cloud.deploy("code", archive());
      expect(await cloud.invoke(arn)).to.deep.equal({ result: "part", failed: false });
    });
  }

  it("finds no package that the archive lacks, also not from a package that is linked", async () => {
    write({
      ...part("unlisted"),
      "node_modules/user/package.json": '{"type":"module","exports":"./main.js"}',
      "node_modules/user/main.js": 'export { name } from "part";',
    });
    const user: Archive = { kind: "archive", path: join(folder, "node_modules/user") };
    const code = 'import { name } from "user"; export const handler = async () => name;';
    const arn = await cloud.deploy("lacks", {
      kind: "archive",
      assets: { "index.mjs": text(code), "node_modules/user": user },
    });
    expect((await cloud.failure(arn)).errorMessage).to.match(/Cannot find package 'part'/);
  });

  it("finds the AWS SDK that Lambda's runtime brings along", async () => {
    await cloud.stop();
    cloud = await LambdaCloud.start({ workFolder: join(import.meta.dirname, "run") });
    const code = `import { DynamoDBClient } from "@aws-sdk/client-dynamodb"; import { createRequire } from "node:module";
      export const handler = async () => [typeof DynamoDBClient, typeof createRequire(import.meta.url)("@aws-sdk/client-sns").SNSClient];`;
    const arn = await cloud.deploy("sdk", code, { timeout: 30 });
    expect((await cloud.invoke(arn)).result).to.deep.equal(["function", "function"]);
    const other = await cloud.deploy("other", 'import "zod"; export const handler = async () => 1;');
    expect((await cloud.failure(other)).errorMessage).to.match(/Cannot find package 'zod'/);
  });

  it("is linked, not copied, when it is a folder", () => {
    const store = new CodeStore(join(folder, "store"));
    write(part("part"));
    const assets = {
      "index.mjs": text(HANDLER),
      node_modules: { kind: "archive", path: join(folder, "node_modules") } as const,
    };
    expect(
      lstatSync(join(store.folderOf({ kind: "archive", assets }), "node_modules")).isSymbolicLink(),
    ).to.equal(true);
  });

  it("stands in one folder for each content", () => {
    const store = new CodeStore(join(folder, "store"));
    const of = (content: string) =>
      store.folderOf({ kind: "archive", assets: { "index.mjs": text(content) } });
    expect(of("a")).to.equal(of("a"));
    expect(of("a")).not.to.equal(of("b"));
  });

  it("is refused when it is not there, or leaves the folder", () => {
    const store = new CodeStore(join(folder, "store"));
    expect(() => store.folderOf({ kind: "archive", path: join(folder, "absent") })).to.throw(
      /The code is not there: .*absent/,
    );
    expect(() => store.folderOf({ kind: "archive", assets: { "../out.js": text("") } })).to.throw(
      /outside of it: ..\/out.js/,
    );
    writeFileSync(join(folder, "code.tar.gz"), "");
    expect(() => store.folderOf({ kind: "archive", path: join(folder, "code.tar.gz") })).to.throw(
      /folders and zip files/,
    );
  });
});
