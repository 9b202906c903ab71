import { expect } from "chai";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { type Answer, ApiClient } from "./support/client.ts";
import { callIam, takeAway } from "./support/role-policies.ts";
import { logged, runningProgram } from "./support/running-program.ts";

let cloud: LocalCloud;
let tasks: ApiClient;
let records: ApiClient;
let taskId: string;

/** What a request to a function needs. */
interface Need {
  readonly fn: string;
  readonly action: string;
  readonly request: () => Promise<Answer>;
  /** Status while all is granted. */
  readonly status: number;
}

async function newRecord(): Promise<string> {
  const { body } = await records.send("POST", "/records", { body: { name: "to be deleted" } });
  return (body as { id: string }).id;
}

const NEEDS: readonly Need[] = [
  {
    fn: "tasks-create",
    action: "dynamodb:PutItem",
    request: () => tasks.send("POST", "/tasks", { body: { title: "Granted?" } }),
    status: 201,
  },
  {
    fn: "tasks-get",
    action: "dynamodb:GetItem",
    request: () => tasks.send("GET", `/tasks/${taskId}`),
    status: 200,
  },
  {
    fn: "tasks-list",
    action: "dynamodb:Query",
    request: () => tasks.send("GET", "/tasks"),
    status: 200,
  },
  {
    fn: "tasks-upload",
    action: "s3:PutObject",
    request: () =>
      tasks.send("POST", `/tasks/${taskId}/upload`, {
        body: new Uint8Array([1, 2, 3]),
        headers: { "content-type": "image/png", "x-file-name": "dot.png" },
      }),
    status: 201,
  },
  {
    fn: "records-delete",
    action: "dynamodb:DeleteItem",
    request: async () => records.send("DELETE", `/records/${await newRecord()}`),
    status: 204,
  },
];

/** Denials of this action since a moment, as the log tells them. */
function denialsSince(start: number, action: string): string[] {
  return logged
    .slice(start)
    .filter(({ kind, source }) => kind === "warning" && source === "iam")
    .map(({ message }) => message)
    .filter((message) => message.startsWith(`Denied: ${action} on `));
}

describe("a permission that is taken away", () => {
  before(async function () {
    this.timeout(60_000);
    cloud = await runningProgram();
    const { tasksApiUrl, tasksApiKey, recordsApiUrl } = cloud.outputValues;
    tasks = new ApiClient(String(tasksApiUrl), { "x-api-key": String(tasksApiKey) });
    records = new ApiClient(String(recordsApiUrl));
    const { body } = await tasks.send("POST", "/tasks", { body: { title: "Somebody's" } });
    taskId = (body as { id: string }).id;
  });

  for (const { fn, action, request, status } of NEEDS) {
    it(`${action} of ${fn}: its request fails without a word of why, the log names it, and it works again once it is back`, async () => {
      const start = logged.length;
      const giveBack = await takeAway(cloud, fn, action);
      const refused = await request().finally(giveBack);
      expect(refused.status, JSON.stringify(refused.body)).to.equal(500);
      expect(refused.headers.get("content-type")).to.equal("application/problem+json");
      expect(JSON.stringify(refused.body)).to.not.match(
        /arn:|AccessDenied|not authorized|role|table|bucket/i,
      );
      const denials = denialsSince(start, action);
      expect(denials).to.not.be.empty;
      for (const denial of denials) expect(denial).to.contain(`AlarmedFunction "${fn}"`);
      expect((await request()).status).to.equal(status);
    });
  }

  it("what needed it is tried again, and nothing is lost", async () => {
    const start = logged.length;
    const giveBack = await takeAway(cloud, "tasks-publish-created", "sns:Publish");
    const title = `Announced late ${crypto.randomUUID()}`;
    try {
      expect((await tasks.send("POST", "/tasks", { body: { title } })).status).to.equal(201);
      await eventually(() => expect(denialsSince(start, "sns:Publish")).to.not.be.empty);
    } finally {
      await giveBack();
    }
    await eventually(() => {
      const subjects = cloud.cloud.services.mailbox.list().map(({ subject, body }) => `${subject} ${body}`);
      expect(subjects.some((text) => text.includes(title))).to.equal(true);
    });
  });

  it("is not granted by a role or policy that does not exist, or a document that is none", async () => {
    const failure = (action: string, parameters: Record<string, string>): Promise<string> =>
      callIam(cloud, action, parameters).then(
        () => "no failure",
        (error: Error) => error.message,
      );
    expect(await failure("ListRolePolicies", { RoleName: "nobody" })).to.contain("NoSuchEntity");
    const role = cloud.graph.resources.find(({ type }) => type === "aws:iam/role:Role");
    const RoleName = String(role?.outputs.name);
    const absent = { RoleName, PolicyName: "absent" };
    expect(await failure("GetRolePolicy", absent))
      .to.contain("404")
      .and.to.contain("NoSuchEntity");
    expect(await failure("DeleteRolePolicy", absent)).to.contain("NoSuchEntity");
    const malformed = { ...absent, PolicyDocument: "{}" };
    expect(await failure("PutRolePolicy", malformed)).to.contain("MalformedPolicyDocument");
    expect(await failure("CreateRole", { RoleName })).to.contain("NotImplemented");
  });
});
