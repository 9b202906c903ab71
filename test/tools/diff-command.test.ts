import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import type { Difference } from "../../tools/diff/compare.ts";
import { checkOut } from "../../tools/diff/revision.ts";

const COMMAND = resolve("tools/diff.ts");

/** A component with a queue, and a function's role that may send to it. */
function program(name: string, alias: string, actions: string): string {
  return `
    import * as aws from "@pulumi/aws";
    import * as pulumi from "@pulumi/pulumi";
    const jobs = new pulumi.ComponentResource("shop:Jobs", "${name}", {}, { ${alias} });
    const queue = new aws.sqs.Queue("${name}-queue", {}, { parent: jobs });
    const role = new aws.iam.Role("${name}-role", { assumeRolePolicy: "{}" }, { parent: jobs });
    new aws.iam.RolePolicy("${name}-policy", {
      role: role.name,
      policy: queue.arn.apply((Resource) => JSON.stringify({
        Statement: [{ Effect: "Allow", Action: ${actions}, Resource }],
      })),
    }, { parent: jobs });
  `;
}

describe("npm run diff", function () {
  this.timeout(120_000);

  let folder: string;

  function git(...args: string[]): string {
    const identity = [
      "-c",
      "commit.gpgsign=false",
      "-c",
      "user.name=test",
      "-c",
      "user.email=test@example.com",
    ];
    return execFileSync("git", [...identity, ...args], { cwd: folder, encoding: "utf8" }).trim();
  }

  /** What the command wrote, and how it ended. */
  function diff(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
    return new Promise((done) => {
      execFile(process.execPath, [COMMAND, ...args], { cwd: folder }, (error, stdout, stderr) =>
        done({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  }

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "diff-"));
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\nmain: index.ts\n");
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "index.ts"), program("jobs", "", '["sqs:SendMessage", "sqs:PurgeQueue"]'));
    writeFileSync(join(folder, ".gitignore"), "node_modules\n.local\n");
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message", "Queue jobs");
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it("tells what the working tree changes, since any commit, and leaves the repository as it was", async () => {
    const commit = git("rev-parse", "HEAD");
    const after = program("work", 'aliases: [{ name: "jobs" }]', '["sqs:SendMessage", "sqs:GetQueueUrl"]');
    writeFileSync(join(folder, "index.ts"), after);
    const { code, stdout, stderr } = await diff("--base", commit, "--json");
    expect(code, stderr).to.equal(0);
    const { renamed, changed, permissions, added, removed } = JSON.parse(stdout) as Difference;
    expect(renamed.map(({ name, former }) => `${former} ${name}`)).to.deep.equal([
      "jobs-policy work-policy",
      "jobs-queue work-queue",
      "jobs-role work-role",
    ]);
    expect(changed.map(({ name, how }) => [name, how])).to.deep.equal([["work-policy", "update"]]);
    expect([added, removed]).to.deep.equal([[], []]);
    const { gained, lost } = permissions[0] ?? { gained: [], lost: [] };
    expect(gained[0]).to.match(/^sqs:GetQueueUrl on arn:aws:sqs:.*:jobs-queue-[0-9a-f]{7}$/);
    expect(lost[0]).to.match(/^sqs:PurgeQueue on /);
    expect(git("status", "--porcelain")).to.equal("M index.ts");
    expect(git("worktree", "list").split("\n")).to.have.length(1);
  });

  it("knows the branches of a clone that has checked out none of them", async () => {
    const clone = mkdtempSync(join(tmpdir(), "diff-clone-"));
    try {
      execFileSync("git", ["clone", "--quiet", "--no-local", folder, clone]);
      const branch = git("branch", "--show-current");
      execFileSync("git", ["checkout", "--quiet", "-b", "change"], { cwd: clone });
      execFileSync("git", ["branch", "--quiet", "-D", branch], { cwd: clone });
      const revision = checkOut(branch, clone);
      expect(git("rev-parse", "HEAD")).to.match(new RegExp(`^${revision.commit}`));
      expect(existsSync(join(revision.folder, "index.ts"))).to.equal(true);
      revision.remove();
      expect(existsSync(revision.folder)).to.equal(false);
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  });

  it("names what it cannot compare with", async () => {
    const unknown = await diff("--base", "elsewhere");
    expect(unknown.code).to.equal(2);
    expect(unknown.stderr).to.contain('There is no revision "elsewhere" here');
    writeFileSync(join(folder, "index.ts"), 'throw new Error("half-written");');
    const broken = await diff("--base", "HEAD");
    expect(broken.code).to.equal(2);
    expect(broken.stderr).to.match(
      /The program in the working tree cannot be evaluated for stack dev:[\s\S]*half-written/,
    );
    expect(broken.stdout).to.equal("");
  });
});
