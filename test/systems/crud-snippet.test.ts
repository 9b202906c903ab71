import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { LocalCloud } from "../../local/local-cloud.ts";
import { ApiClient } from "./support/client.ts";

/** The program that the page shows. */
function programOfPage(): string {
  const [, program] =
    /## Another CRUD API.*?```ts\n(.*?)```/s.exec(readFileSync("docs/records.md", "utf8")) ?? [];
  if (program === undefined) throw new Error("docs/records.md shows no program under Another CRUD API");
  return program;
}

describe("the CRUD API that docs/records.md shows", () => {
  const folder = mkdtempSync(join(tmpdir(), "andamio-snippet-"));
  let cloud: LocalCloud;
  let api: ApiClient;

  before(async function () {
    this.timeout(120_000);
    for (const name of ["components", "events", "handlers", "package.json", "tsconfig.json"]) {
      cpSync(name, join(folder, name), { recursive: true });
    }
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      "name: notes\nruntime:\n  name: nodejs\n  options:\n    typescript: false\nmain: index.ts\n",
    );
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  aws:region: eu-west-1\n");
    writeFileSync(join(folder, "index.ts"), programOfPage());
    cloud = await LocalCloud.start({ cwd: folder, stack: "dev", port: 0, log: () => undefined });
    api = new ApiClient(String(cloud.outputValues.notesApiUrl));
  });

  after(async () => {
    await cloud?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("compiles", function () {
    this.timeout(60_000);
    execFileSync(resolve("node_modules/.bin/tsc"), ["-p", "."], { cwd: folder, stdio: "pipe" });
  });

  it("creates, lists, reads, replaces and deletes", async () => {
    const created = await api.send("POST", "/notes", { body: { text: "Buy paint", mood: "good" } });
    expect(created.status, JSON.stringify(created.body)).to.equal(201);
    const { id } = created.body as { id: string };
    expect((await api.send("GET", "/notes")).body).to.have.nested.property("items[0].text", "Buy paint");
    const replaced = await api.send("PUT", `/notes/${id}`, { body: { text: "Buy more paint" } });
    expect(replaced.body).to.include({ text: "Buy more paint", version: 2 }).and.not.have.property("mood");
    expect((await api.send("DELETE", `/notes/${id}`)).status).to.equal(204);
    expect((await api.send("GET", `/notes/${id}`)).status).to.equal(404);
  });

  it("refuses at the gateway what the schema refuses: the function is not invoked", async () => {
    const invocations = () => cloud.cloud.services.lambda.invocations().length;
    const before = invocations();
    const answer = await api.send("POST", "/notes", { body: { text: "", mood: "so-so" } });
    expect(answer.status).to.equal(400);
    expect(answer.headers.get("content-type")).to.match(/^application\/problem\+json/);
    expect(invocations()).to.equal(before);
  });
});
