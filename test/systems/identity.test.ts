import { execFile } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import {
  AdminAddUserToGroupCommand,
  AdminRemoveUserFromGroupCommand,
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import type { LogEntry } from "../../local/core/log.ts";
import { LocalCloud } from "../../local/local-cloud.ts";
import { proofOf, SRP_A } from "../local/support/srp-client.ts";
import { ApiClient, expectProblem } from "./support/client.ts";
import { forgedTokens, misleadingTokens, partOf } from "./support/forged-tokens.ts";
import { identityProgram } from "./support/identity-program.ts";

const PASSWORD = "Correct-horse-1";
const HOUR = 3_600_000;

describe("users of an API", function () {
  this.timeout(60_000);
  const program = identityProgram();
  const dataFolder = join(program.folder, "data");
  const logged: LogEntry[] = [];
  let cloud: LocalCloud;
  let api: ApiClient;
  let cached: ApiClient;
  let sdk: CognitoIdentityProviderClient;
  let out: Record<string, string>;

  before(async function () {
    this.timeout(120_000);
    const log = (entry: LogEntry) => void logged.push(entry);
    cloud = await LocalCloud.start({ cwd: program.folder, stack: "dev", port: 0, dataFolder, log });
    out = cloud.outputValues as Record<string, string>;
    api = new ApiClient(String(out.apiUrl));
    cached = new ApiClient(String(out.cachedApiUrl));
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    sdk = new CognitoIdentityProviderClient({
      endpoint: cloud.world.endpoint,
      region: "eu-west-1",
      credentials,
    });
  });

  after(async () => {
    sdk?.destroy();
    await cloud?.stop();
    program.end();
  });

  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const tokensOf = (group: "clients" | "employees", name: string) =>
    cloud.cloud.services.cognito.signInPerson({ pool: "users-pool", group, username: `${name}@example.com` });

  const signUp = async (Username: string) => {
    const ClientId = String(out.userPoolClientId);
    await sdk.send(new SignUpCommand({ ClientId, Username, Password: PASSWORD }));
    const mail = cloud.cloud.services.mailbox.list().find(({ to }) => to === Username);
    const [ConfirmationCode] = /\d{6}/.exec(mail?.body ?? "") ?? [];
    await sdk.send(new ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode }));
  };

  /** As an application signs in: the password stays where it is. */
  const signIn = async (USERNAME: string) => {
    const ClientId = String(out.userPoolClientId);
    const AuthParameters = { USERNAME, SRP_A };
    const { ChallengeName, ChallengeParameters = {} } = await sdk.send(
      new InitiateAuthCommand({ ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters }),
    );
    const timestamp = "Mon Nov 23 07:00:00 UTC 2026";
    const ChallengeResponses = proofOf(String(out.userPoolId), PASSWORD, ChallengeParameters, timestamp);
    const { AuthenticationResult } = await sdk.send(
      new RespondToAuthChallengeCommand({ ClientId, ChallengeName, ChallengeResponses }),
    );
    return String(AuthenticationResult?.AccessToken);
  };

  const expectRefused = async (token: string) => {
    const answer = await api.once("GET", "/me", bearer(token));
    expect(answer.status, Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).to.equal(401);
    expectProblem(answer, 401);
    expect(answer.headers.get("www-authenticate")).to.equal('Bearer error="invalid_token"');
  };

  it("sign up, confirm, sign in by SRP, and are known to handlers", async () => {
    await signUp("ana@example.com");
    const token = await signIn("ana@example.com");
    const { status, body } = await api.once("GET", "/me", bearer(token));
    expect(status, JSON.stringify(body)).to.equal(200);
    const { sub } = partOf(token, 1);
    const user = { userId: sub, email: "ana@example.com", groups: ["clients"] };
    expect(body).to.deep.equal({ user, caller: sub });
  });

  it("cannot sign in with a password that travels", async () => {
    const AuthParameters = { USERNAME: "ana@example.com", PASSWORD };
    const ClientId = String(out.userPoolClientId);
    const attempt = sdk.send(
      new InitiateAuthCommand({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters }),
    );
    const error = await attempt.catch(({ message }: Error) => message);
    expect(error).to.match(/USER_PASSWORD_AUTH flow not enabled/);
  });

  it("need a token, unless a route is public", async () => {
    expectProblem(await api.once("GET", "/me"), 401);
    expectProblem(await api.once("GET", "/me", { headers: { authorization: "Basic YTpi" } }), 401);
    expect((await api.once("GET", "/health")).body).to.deep.equal({ caller: "anonymous" });
  });

  it("are refused with an id token, and with every forged token", async () => {
    const { accessToken, idToken } = await tokensOf("clients", "forger");
    await expectRefused(idToken);
    const [key] = cloud.cloud.services.cognito.keysOf(String(out.issuer)) ?? [];
    const forged = forgedTokens(accessToken, key ?? {});
    await Promise.all(Object.values(forged).map(expectRefused));
    expect((await api.once("GET", "/me", bearer(accessToken))).status).to.equal(200);
  });

  it("are refused with tokens that their own pool has signed for something else", async () => {
    const { accessToken } = await tokensOf("clients", "misled");
    const { keys } = JSON.parse(readFileSync(join(dataFolder, "cognito.json"), "utf8"));
    const privateKey = createPrivateKey(keys[String(out.userPoolId)].pem);
    const tokens = misleadingTokens(accessToken, privateKey, cloud.cloud.clock.now());
    await Promise.all(Object.values(tokens).map(expectRefused));
    expect((await api.once("GET", "/me", bearer(accessToken))).status).to.equal(200);
  });

  it("may call what their group may, where answers are remembered too", async () => {
    const client = await tokensOf("clients", "reader");
    const employee = await tokensOf("employees", "writer");
    for (const one of [api, cached, cached]) {
      expect((await one.once("GET", "/orders/1", bearer(client.accessToken))).status).to.equal(200);
      expectProblem(await one.once("DELETE", "/orders/1", bearer(client.accessToken)), 403);
      expectProblem(await one.once("GET", "/orders/1/notes", bearer(client.accessToken)), 403);
      expect((await one.once("DELETE", "/orders/1", bearer(employee.accessToken))).status).to.equal(200);
    }
    const asked = cloud.cloud.services.lambda
      .invocations()
      .filter(({ functionName }) => functionName.startsWith("cached-api-authorizer"));
    expect(asked).to.have.length(4);
  });

  it("lose what a group may with the next token", async () => {
    await signUp("eva@example.com");
    const membership = { UserPoolId: out.userPoolId, Username: "eva@example.com", GroupName: "employees" };
    await sdk.send(new AdminAddUserToGroupCommand(membership));
    const erase = async () =>
      (await api.once("DELETE", "/orders/1", bearer(await signIn("eva@example.com")))).status;
    expect(await erase()).to.equal(200);
    await sdk.send(new AdminRemoveUserFromGroupCommand(membership));
    expect(await erase()).to.equal(403);
  });

  it("get tokens from a command, also for others of their group", async () => {
    const run = promisify(execFile);
    const token = async (...args: string[]) =>
      (await run("node", [resolve("tools/token.ts"), ...args], { cwd: program.folder })).stdout.trim();
    const me = async (value: string) => {
      const { body } = await api.once("GET", "/me", bearer(value));
      return (body as { user: { email: string; groups: string[] } }).user;
    };
    expect(await me(await token("client"))).to.include({ email: "client@example.com" });
    expect((await me(await token("employee"))).groups).to.deep.equal(["employees"]);
    expect(await me(await token("client", "--user", "bob"))).to.include({ email: "bob@example.com" });
    const failure = await token("employee", "--user", "bob").catch((error: unknown) => error);
    expect(failure).to.include({ code: 1 });
    expect((failure as { stderr: string }).stderr).to.contain("A token needs a confirmed user in employees");
  });

  it("may use a token for its hour", async () => {
    const { accessToken, expiresIn } = await tokensOf("clients", "late");
    expect(expiresIn * 1000).to.equal(HOUR);
    await cloud.advance(HOUR - 60_000);
    expect((await api.once("GET", "/me", bearer(accessToken))).status).to.equal(200);
    await cloud.advance(3 * 60_000);
    await expectRefused(accessToken);
  });

  it("leave nothing of their tokens in the logs", () => {
    const { warnings, text } = {
      warnings: logged.filter(({ kind }) => kind === "warning" || kind === "error"),
      text: JSON.stringify(logged),
    };
    expect(warnings).to.deep.equal([]);
    expect(text).not.to.match(/eyJ[A-Za-z0-9_-]{20}/);
  });
});
