import { execFile } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { deflateRawSync } from "node:zlib";
import { expect } from "chai";
import * as z from "zod";
import { bundleEntry } from "../../components/bundler/entry.ts";
import type { Archive, Graph, Resource } from "../../local/core/graph.ts";
import { resourcesOf } from "../../local/core/graph.ts";
import { evaluate } from "../../local/evaluate/index.ts";
import { definitions } from "../../local/services/index.ts";
import { evaluated } from "../support/evaluated.ts";

const FUNCTION = "aws:lambda/function:Function";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const KILOBYTE = 1000;

/** Each costs a cold start 2 to 20 ms: HTTP of the web, its streams, HTTP/2, other processes, files by promise. */
const HEAVY = /undici|webstreams|http2|child_process|fs\/promises|readline/;

/** A call of the web's client, or something of its; a method of that name is defined elsewhere, too. */
const WEB_CALL = /(?<![.\w$]|async )fetch\(|new (?:Request|Response)\(/;

/** Made of the web's requests and answers: Hono's. */
const WEB_APPLICATIONS = ["fleet-app-function"];

/** What is off until it is configured. */
const OPTIONAL = {
  "andamio:appointments.whatsapp.phoneNumberId": "100000000000001",
  "andamio:appointmentsWhatsappToken": "token",
  "andamio:appointmentsCalendlySigningKey": "key",
};

async function graphOf(stack: string, config: Readonly<Record<string, unknown>>): Promise<Graph> {
  const options = { cwd: process.cwd(), stack, endpoint: "http://127.0.0.1:4000", definitions, config };
  return (await evaluate(options)).graph;
}

/** The one file of a function's archive. */
function fileOf(code: Archive): string {
  const members = Object.entries(code.assets ?? {});
  expect(members.map(([name]) => name)).to.deep.equal(["index.mjs"]);
  const [[, asset] = []] = members;
  return String(asset?.path);
}

function bundleOf(code: Archive): Buffer {
  return readFileSync(fileOf(code));
}

/** What Node.js has loaded when it has loaded all functions, in a process of its own. */
async function modulesOf(functions: readonly Resource[]): Promise<string[]> {
  const modules = functions.map(({ inputs }) => {
    const { variables } = inputs.environment as { readonly variables: Readonly<Record<string, string>> };
    return { variables, url: pathToFileURL(fileOf(inputs.code as Archive)).href };
  });
  const script = `
    for (const { variables, url } of ${JSON.stringify(modules)}) {
      Object.assign(process.env, variables);
      await import(url);
    }
    console.log(JSON.stringify(process.moduleLoadList));
    process.exit(0);
  `;
  const env = { AWS_REGION: "eu-west-1", AWS_LAMBDA_FUNCTION_VERSION: "1" };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    env,
  });
  return JSON.parse(stdout);
}

/** Every file of handlers/ that is the entry of a function. */
function entries(): string[] {
  return globSync("handlers/*/*.ts").filter((path) =>
    readFileSync(path, "utf8").includes("export const handler"),
  );
}

describe("the program", () => {
  let dev: Graph;
  let prod: Graph;

  before(async function () {
    this.timeout(60_000);
    [dev, prod] = await Promise.all([graphOf("dev", OPTIONAL), evaluated("prod")]);
  });

  it("has a function for every handler file of its systems, each function with a role of its own", () => {
    const functions = resourcesOf(dev, FUNCTION);
    const bundles = functions.map(({ inputs }) =>
      String(Object.values((inputs.code as Archive).assets ?? {})[0]?.path),
    );
    const systems = globSync("settings/*.ts").map((path) => basename(path, ".ts"));
    const ofSystems = entries().filter((entry) => systems.includes(entry.split("/")[1] ?? ""));
    expect(ofSystems).to.not.be.empty;
    for (const entry of ofSystems) {
      const slug = entry.replace(/[^A-Za-z0-9_-]+/g, "-");
      expect(
        bundles.some((bundle) => bundle.includes(`/${slug}-`)),
        entry,
      ).to.equal(true);
    }
    expect(new Set(functions.map(({ inputs }) => inputs.role)).size).to.equal(functions.length);
  });

  it("packs each function as one file: at most 245 KB minified, 270 KB with the clients of a database or of e-mails, 350 KB with S3's, 115 KB as an archive", () => {
    for (const { name, inputs } of resourcesOf(dev, FUNCTION)) {
      const bundle = bundleOf(inputs.code as Archive);
      const environment = JSON.stringify(inputs.environment);
      // A database takes two clients, and that of SES has 25 KB.
      const withoutS3 = /DATABASE_PATH|SENDER/.test(environment) ? 270 : 245;
      const limit = environment.includes("BUCKET") ? 350 : withoutS3;
      expect(bundle.length / KILOBYTE, `${name}, minified KB`).to.be.at.most(limit);
      expect(deflateRawSync(bundle).length / KILOBYTE, `${name}, archive KB`).to.be.at.most(115);
    }
  });

  it("loads none of Node's heavy modules with any function, and gives none a reason to", async () => {
    const functions = resourcesOf(dev, FUNCTION);
    for (const { name, inputs } of functions.filter((one) => !WEB_APPLICATIONS.includes(one.name))) {
      const [call] = WEB_CALL.exec(String(bundleOf(inputs.code as Archive))) ?? [];
      expect(call, `${name} would load undici: 20 ms of a cold start`).to.equal(undefined);
    }
    const loaded = await modulesOf(functions);
    expect(loaded).to.include("NativeModule https");
    expect(loaded.filter((name) => HEAVY.test(name))).to.deep.equal([]);
  });

  it("bundles the same sources to the same bytes, wherever they are", async function () {
    this.timeout(60_000);
    const elsewhere = mkdtempSync(join(tmpdir(), "andamio-elsewhere-"));
    try {
      for (const name of ["events", "handlers", "package.json"])
        cpSync(name, join(elsewhere, name), { recursive: true });
      symlinkSync(resolve("node_modules"), join(elsewhere, "node_modules"));
      // Every fifth stands for all: they are made in one way.
      for (const entry of entries().filter((_, index) => index % 5 === 0)) {
        const schemas = { entitySchema: z.strictObject({ name: z.string() }) };
        const given = { schemas, constants: { migrations: [] } };
        const here = readFileSync(await bundleEntry(entry, process.cwd(), given));
        const there = readFileSync(join(elsewhere, await bundleEntry(entry, elsewhere, given)));
        expect(there.equals(here), entry).to.equal(true);
      }
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it('grants roles no action with a wildcard, and no resource "*" beyond what AWS has no resources for', () => {
    const withoutResources =
      /^(xray:|logs:(.*LogDelivery|.*LogDeliveries|PutResourcePolicy|DescribeResourcePolicies|DescribeLogGroups)$)/;
    for (const { name, inputs } of [...resourcesOf(dev, "aws:iam/rolePolicy:RolePolicy")]) {
      const { Statement } = JSON.parse(String(inputs.policy)) as {
        Statement: { Action: string[]; Resource: string | string[] }[];
      };
      for (const { Action, Resource } of Statement) {
        for (const action of Action) expect(action, name).to.not.contain("*");
        if (![Resource].flat().includes("*")) continue;
        for (const action of Action) expect(action, name).to.match(withoutResources);
      }
    }
  });

  it("keeps secrets out of the environment of functions", () => {
    for (const { name, inputs, secretInputs } of resourcesOf(dev, FUNCTION)) {
      expect(secretInputs, name).to.deep.equal([]);
      expect(JSON.stringify(inputs.environment), name).to.not.contain("local-tasksServiceKey");
    }
    expect(dev.outputs.tasksApiKey?.secret).to.equal(true);
  });

  it("protects what production stores, and leaves development free to go", () => {
    const stores = [
      "aws:dynamodb/table:Table",
      "aws:s3/bucket:Bucket",
      "aws:secretsmanager/secret:Secret",
      "aws:rds/cluster:Cluster",
      "aws:cognito/userPool:UserPool",
    ];
    for (const type of stores) {
      for (const { name, protect } of resourcesOf(prod, type)) expect(protect, name).to.equal(true);
      for (const { name, protect } of resourcesOf(dev, type)) expect(protect, name).to.equal(false);
    }
  });

  it("has an alarm for every function in production, and ten alarms at most in development, as many as AWS gives", () => {
    const errors = resourcesOf(prod, ALARM).filter(({ inputs }) => inputs.metricName === "Errors");
    expect(errors).to.have.length(resourcesOf(prod, FUNCTION).length);
    expect(resourcesOf(dev, ALARM).length).to.be.within(1, 10);
  });

  it("has neither WhatsApp nor Calendly's webhook, nor secrets for them, until they are configured", () => {
    const optional = /whatsapp|calendly/;
    const names = (graph: Graph) =>
      graph.resources.map(({ name }) => name).filter((name) => optional.test(name));
    expect(names(prod)).to.deep.equal([]);
    expect(names(dev)).to.include.members([
      "appointments-send-whatsapp-function",
      "appointments-calendly-key-secret",
    ]);
  });

  it("does without any of its systems that the stack switches off, and keeps the others", async () => {
    const all = ["records", "tasks", "appointments"];
    for (const system of all) {
      const others = all.filter((name) => name !== system);
      const { outputs } = await graphOf("dev", { "andamio:systems": others });
      const urls = all.filter((name) => outputs[`${name}ApiUrl`]?.value !== undefined);
      expect(urls, `without ${system}`).to.deep.equal(others);
    }
    const none = await graphOf("dev", { "andamio:systems": [] });
    expect(resourcesOf(none, FUNCTION)).to.deep.equal([]);
  });

  it("tells in the runbook what to do when an alarm of any kind goes off", () => {
    const runbook = readFileSync("docs/operations.md", "utf8");
    const cells = runbook.split("\n").flatMap((line) => /^\| ([^|]+) \|/.exec(line)?.[1] ?? []);
    const entries = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, entry = ""]) => entry));
    for (const { resources } of [dev, prod]) {
      const names = new Map(resources.map(({ urn, name }) => [urn, name]));
      for (const { name, parent } of resources.filter(({ type }) => type === ALARM)) {
        const kind = name.slice((names.get(parent ?? "") ?? "").length);
        const isKnown = entries.some((entry) => entry === name || entry.replace(/^<[^>]+>/, "") === kind);
        expect(isKnown, name).to.equal(true);
      }
    }
  });
});
