import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect } from "chai";
import { fleetApplication } from "../../handlers/fleet/application.ts";
import type { ApiDocument } from "../../tools/openapi/documents.ts";
import { exampleOf } from "../../tools/openapi/example.ts";
import { operationsOf } from "../../tools/openapi/operations.ts";
import { fixedSecret } from "../handlers/support/secrets.ts";
import { documentValidator } from "../support/document-validator.ts";

const SYSTEMS = ["appointments", "fleet", "moves", "records", "tasks"];

function documentOf(system: string): ApiDocument {
  return JSON.parse(readFileSync(join("openapi", `${system}.json`), "utf8")) as ApiDocument;
}

describe("the published documents of the APIs", () => {
  it("are one of each system", () => {
    expect(readdirSync("openapi").sort()).to.deep.equal(SYSTEMS.map((system) => `${system}.json`));
  });

  for (const system of SYSTEMS) {
    it(`are valid OpenAPI: ${system}`, async () => {
      const { valid, errors } = await new Validator().validate(join("openapi", `${system}.json`));
      expect(valid, JSON.stringify(errors)).to.equal(true);
      const ids = operationsOf(documentOf(system)).map(({ operation }) => operation.operationId);
      expect(new Set(ids).size).to.equal(ids.length);
    });
  }

  it("have every route of the fleet's web application, and no other", () => {
    const nothing = () => Promise.reject(new Error("nothing is asked"));
    const database = { one: nothing, query: nothing, change: nothing, batch: nothing, transaction: nothing };
    const application = fleetApplication({ database, cursorKey: fixedSecret("cursor key"), version: "1" });
    const served = application.routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
    expect(operationsOf(documentOf("fleet")).map(({ route }) => route)).to.have.members(served);
  });

  it("show examples of bodies that their own schemas accept", () => {
    for (const system of SYSTEMS) {
      const document = documentOf(system);
      for (const { method, path, operation } of operationsOf(document)) {
        const schema = operation.requestBody?.content["application/json"]?.schema;
        if (!schema) continue;
        const validate = documentValidator(schema, document);
        const example = exampleOf(schema, document, "needed");
        const what = `${method} ${path} of ${system}: ${JSON.stringify(example)}`;
        expect(validate(example), `${what} ${JSON.stringify(validate.errors)}`).to.equal(true);
      }
    }
  });
});

/** Compiles programs beside a copy of the client, as in another project. Returns what the compiler says, by file. */
function compiled(programs: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "andamio-consumer-"));
  try {
    cpSync("client", join(folder, "andamio"), { recursive: true });
    mkdirSync(join(folder, "node_modules", "@types"), { recursive: true });
    for (const name of ["openapi-fetch", "openapi-typescript-helpers", "@types/node", "undici-types"]) {
      symlinkSync(realpathSync(join("node_modules", name)), join(folder, "node_modules", name));
    }
    const compilerOptions = {
      ...{ target: "es2024", module: "nodenext", strict: true, noEmit: true, types: ["node"] },
      ...{ skipLibCheck: true, allowImportingTsExtensions: true, exactOptionalPropertyTypes: true },
    };
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
    const tsc = resolve("node_modules/typescript/bin/tsc");
    return spawnSync(process.execPath, [tsc, "-p", "."], { cwd: folder, encoding: "utf8" }).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("the typed client", () => {
  it("compiles in another project as docs/consumers.md shows, and refuses what the API would refuse", function () {
    this.timeout(60_000);
    const [, shown = ""] = /```ts\n(.*?)```/s.exec(readFileSync("docs/consumers.md", "utf8")) ?? [];
    expect(shown).to.contain('priority: "high"');
    const said = compiled({
      "right.ts": shown,
      "priority.ts": shown.replace('priority: "high"', 'priority: "highest"'),
      "path.ts": shown.replace('"/tasks", { params: { query } }', '"/task", { params: { query } }'),
      "answer.ts": shown.replace("task.dueAt", "task.due"),
      "key.ts": shown.replace(', apiKey: process.env.TASKS_API_KEY ?? ""', ""),
    });
    const files = said.match(/^\S+?(?=\()/gm) ?? [];
    expect([...new Set(files)].sort(), said).to.deep.equal(["answer.ts", "key.ts", "path.ts", "priority.ts"]);
  });
});
