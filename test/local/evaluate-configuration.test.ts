import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { UserError } from "../../local/core/errors.ts";
import { type Configuration, readConfiguration } from "../../local/evaluate/configuration.ts";
import { readProject } from "../../local/evaluate/project.ts";

describe("a project's files", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "project-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(name: string, text: string): void {
    writeFileSync(join(folder, name), text);
  }

  function read(overrides?: Readonly<Record<string, unknown>>, stack = "dev"): Configuration {
    return readConfiguration(readProject(folder), stack, overrides);
  }

  describe("Pulumi.yaml", () => {
    it("may be written in short", () => {
      write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
      expect(readProject(folder)).to.include({
        name: "shop",
        root: folder,
        programFolder: folder,
        entryPoint: ".",
        typescript: true,
      });
      expect(readProject(folder).nodeArguments).to.deep.equal([]);
    });

    it("says where the program is and how it is run", () => {
      mkdirSync(join(folder, "infra/below"), { recursive: true });
      write("infra/app.ts", "");
      write(
        "Pulumi.yaml",
        `name: shop
main: infra/app.ts
runtime:
  name: nodejs
  options:
    typescript: false
    tsconfig: infra/tsconfig.json
    nodeargs: --trace-warnings --title "a shop" --import='./my hooks.mjs'
`,
      );
      const project = readProject(join(folder, "infra/below"));
      expect(project).to.include({
        root: folder,
        programFolder: join(folder, "infra"),
        entryPoint: "app.ts",
        typescript: false,
        tsconfig: "infra/tsconfig.json",
      });
      expect(project.nodeArguments).to.deep.equal([
        "--trace-warnings",
        "--title",
        "a shop",
        "--import=./my hooks.mjs",
      ]);
    });

    it("may name a folder as the program", () => {
      mkdirSync(join(folder, "infra"));
      write("Pulumi.yaml", "{ name: shop, runtime: nodejs, main: infra }");
      expect(readProject(folder)).to.include({ programFolder: join(folder, "infra"), entryPoint: "." });
    });

    it("is refused when it is not a Node.js project, or not valid", () => {
      const refused: readonly (readonly [string, RegExp])[] = [
        ["{ name: shop, runtime: python }", /runtime nodejs, not python/],
        ["{ runtime: nodejs }", /is not valid:[\s\S]*name/],
        ["name: [", /is not valid YAML/],
        ["{ name: shop, runtime: nodejs, main: nowhere.ts }", /main does not exist: .*nowhere\.ts/],
      ];
      for (const [text, message] of refused) {
        write("Pulumi.yaml", text);
        expect(() => readProject(folder), text).to.throw(UserError, message);
      }
    });
  });

  describe("configuration", () => {
    beforeEach(() => {
      write("Pulumi.yaml", "{ name: shop, runtime: nodejs }");
    });

    it("is empty without a stack file", () => {
      expect(read()).to.deep.equal({ values: {}, secretKeys: [], notices: [] });
    });

    it("hands over scalars as they are written and structures as JSON, under full keys", () => {
      write(
        "Pulumi.dev.yaml",
        `config:
  aws:region: eu-west-1
  greeting: hello
  shop:version: 1.50
  shop:config:old: "1"
  shop:open: true
  shop:nothing:
  shop:hours: [9, 17]
  shop:owner: &owner { name: Ana, since: 2020 }
  shop:heir: *owner
`,
      );
      expect(read().values).to.deep.equal({
        "aws:region": "eu-west-1",
        "shop:greeting": "hello",
        "shop:version": "1.50",
        "shop:old": "1",
        "shop:open": "true",
        "shop:nothing": "",
        "shop:hours": "[9,17]",
        "shop:owner": '{"name":"Ana","since":2020}',
        "shop:heir": '{"name":"Ana","since":2020}',
      });
    });

    it("reads the file of a stack that is named with its organization", () => {
      write("Pulumi.prod.yaml", "config: { size: large }");
      expect(read({}, "acme/shop/prod").values).to.deep.equal({ "shop:size": "large" });
    });

    it("puts stand-ins in the place of encrypted values, wherever they are, and says so", () => {
      write(
        "Pulumi.dev.yaml",
        "config: { shop:key: { secure: v1:x }, mail: { servers: [{ password: { secure: v1:y }, port: 25 }] } }",
      );
      const { values, secretKeys, notices } = read();
      expect(values).to.deep.equal({
        "shop:key": "local-key",
        "shop:mail": '{"servers":[{"password":"local-mail.servers[0].password","port":25}]}',
      });
      expect(secretKeys).to.deep.equal(["shop:key", "shop:mail"]);
      expect(notices).to.have.length(2);
      expect(notices[0]).to.contain("shop:key in Pulumi.dev.yaml").and.to.contain('"local-key"');
      expect(notices[1]).to.contain("shop:mail.servers[0].password");
    });

    it("takes defaults from Pulumi.yaml, where the stack says nothing", () => {
      write(
        "Pulumi.yaml",
        `name: shop
runtime: nodejs
config:
  aws:region: { value: eu-west-1 }
  short: yes please
  size: { type: string, default: small }
  copies: { type: integer, default: 2 }
  token: { type: string, secret: true, default: none }
`,
      );
      write("Pulumi.dev.yaml", "config: { size: large }");
      const { values, secretKeys } = read();
      expect(values).to.deep.equal({
        "aws:region": "eu-west-1",
        "shop:short": "yes please",
        "shop:size": "large",
        "shop:copies": "2",
        "shop:token": "none",
      });
      expect(secretKeys).to.deep.equal(["shop:token"]);
    });

    it("must have the values that Pulumi.yaml asks for", () => {
      write("Pulumi.yaml", "{ name: shop, runtime: nodejs, config: { size: { type: string } } }");
      expect(() => read()).to.throw(UserError, "Stack dev is missing configuration value shop:size.");
      expect(read({ size: "small" }).values).to.deep.equal({ "shop:size": "small" });
    });

    it("gives way to the caller's values, by key or by path", () => {
      write(
        "Pulumi.dev.yaml",
        "config: { key: { secure: v1:x }, mail: { from: a@example.com, servers: [{ port: 25 }] }, a.b: 1 }",
      );
      const { values, secretKeys, notices } = read({
        key: "known",
        "shop:mail.servers[0].port": 2525,
        "shop:mail.to": "b@example.com",
        "shop:a.b": "2",
        "shop:fresh.start": true,
        "aws:region": "us-east-1",
      });
      expect(values).to.deep.equal({
        "shop:key": "known",
        "shop:mail": '{"from":"a@example.com","servers":[{"port":2525}],"to":"b@example.com"}',
        "shop:a.b": "2",
        "shop:fresh": '{"start":true}',
        "aws:region": "us-east-1",
      });
      expect(secretKeys).to.deep.equal(["shop:key"]);
      expect(notices).to.deep.equal([]);
    });

    it("says that it does not read environments", () => {
      write("Pulumi.dev.yaml", "environment: [shared]");
      expect(read().notices).to.deep.equal([
        "Pulumi.dev.yaml imports a Pulumi ESC environment, which is not read here.",
      ]);
    });
  });
});
