import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import type { LogEntry } from "../../local/core/log.ts";
import { LocalCloud } from "../../local/local-cloud.ts";

describe("APIs of programs written by somebody else", () => {
  const stateFolder = mkdtempSync(join(tmpdir(), "foreign-apis-"));
  const logged: LogEntry[] = [];
  let cloud: LocalCloud | undefined;

  const start = async (name: string): Promise<LocalCloud> => {
    const log = (entry: LogEntry) => void logged.push(entry);
    const cwd = `test/fixtures/programs/${name}`;
    cloud = await LocalCloud.start({ cwd, stack: "dev", port: 0, stateFolder: join(stateFolder, name), log });
    return cloud;
  };

  afterEach(async () => {
    await cloud?.stop();
    const trouble = logged.filter(({ kind }) => kind === "warning" || kind === "error");
    expect(trouble).to.deep.equal([]);
  });

  after(() => rmSync(stateFolder, { recursive: true, force: true }));

  it("serves an HTTP API, also for users who signed up in its pool", async function () {
    this.timeout(60_000);
    const running = await start("http-api");
    const { url, endpoint, quick, clientId: ClientId } = running.outputValues as Record<string, string>;
    const get = async (address: string, headers: Record<string, string> = {}) => {
      const response = await fetch(address, { headers });
      return { status: response.status, body: await response.json() };
    };
    const hello = { status: 200, body: { message: "Hello, Ana!", routeKey: "GET /hello/{name}" } };
    expect(await get(`${url}hello/Ana`)).to.deep.equal(hello);
    expect(await get(`${endpoint}/hello/Ana`)).to.deep.equal(hello);
    expect(await get(`${quick}/any`)).to.deep.include({
      body: { message: "Hello, stranger!", routeKey: "$default" },
    });
    expect((await get(`${endpoint}/me`)).status).to.equal(401);
    const Username = "ana@example.com";
    const Password = "Correct-horse-1";
    const unsigned = (operation: string, input: object) =>
      fetch(running.world.endpoint, {
        method: "POST",
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
        },
        body: JSON.stringify({ ClientId, Username, ...input }),
      });
    expect((await unsigned("SignUp", { Password })).status).to.equal(200);
    const [mail] = running.cloud.services.mailbox.list();
    const ConfirmationCode = /\d{6}/.exec(mail?.body ?? "")?.[0];
    expect((await unsigned("ConfirmSignUp", { ConfirmationCode })).status).to.equal(200);
    const { endpoint: address, region } = running.world;
    const browser = new CognitoIdentityProviderClient({ endpoint: address, region });
    const AuthParameters = { USERNAME: Username, PASSWORD: Password };
    const { AuthenticationResult } = await browser.send(
      new InitiateAuthCommand({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters }),
    );
    const me = await get(`${endpoint}/me`, { authorization: `Bearer ${AuthenticationResult?.IdToken}` });
    expect(me).to.deep.equal({ status: 200, body: { message: `Hello, ${Username}!`, routeKey: "GET /me" } });
  });

  it("serves a REST API made of single resources", async function () {
    this.timeout(60_000);
    const { url } = (await start("rest-api")).outputValues as Record<string, string>;
    const item = await fetch(`${url}/items/42`);
    expect(await item.json()).to.deep.equal({ sku: "42", stage: "v1" });
    const items = await fetch(`${url}/items`);
    expect(await items.json()).to.deep.equal({ items: [] });
    const missing = await fetch(`${url}/nothing`);
    expect({ status: missing.status, body: await missing.json() }).to.deep.equal({
      status: 403,
      body: { message: "Missing Authentication Token" },
    });
  });
});
