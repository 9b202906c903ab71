import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { eventually } from "../support/eventually.ts";

/** Another stack than that of the other tests and of `npm start`, so that all can run side by side. */
const STACK = "prod";
const OUTPUTS = `.local/${STACK}/outputs.json`;

const started: ChildProcess[] = [];

interface Run {
  readonly child: ChildProcess;
  readonly printed: () => string;
}

/** Runs the command line in a process group of its own. */
function start(...options: string[]): Run {
  const env = { ...process.env, NO_COLOR: "1" };
  const child = spawn("npm", ["start", "--", ...options], { detached: true, env });
  started.push(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { child, printed: () => text };
}

async function exitOf({ child }: Run): Promise<number | null> {
  if (child.exitCode === null) await once(child, "exit");
  return child.exitCode;
}

function groupIsEmpty({ child }: Run): boolean {
  try {
    process.kill(-Number(child.pid), 0);
    return false;
  } catch {
    return true;
  }
}

describe("npm start", () => {
  after(() => {
    for (const { pid, exitCode } of started) if (exitCode === null) process.kill(-Number(pid), "SIGKILL");
  });

  it("starts the production stack too, prints its outputs and Ready, and ends without a trace on SIGTERM", async function () {
    this.timeout(90_000);
    const run = start("--stack", STACK, "--port", "0");
    await eventually(() => expect(run.printed()).to.match(/^Ready /m), 60_000);
    const outputs = JSON.parse(readFileSync(OUTPUTS, "utf8")) as Record<string, string>;
    expect(outputs).to.have.all.keys(
      "appointmentsApiUrl",
      "appointmentsApiKey",
      "recordsApiUrl",
      "tasksApiUrl",
      "tasksApiKey",
      "fleetApiUrl",
      "movesApiUrl",
      "userPoolId",
      "userPoolClientId",
      "dashboardUrl",
      "awsEndpointUrl",
      "consoleUrl",
    );
    expect(run.printed()).to.contain(outputs.tasksApiUrl);
    expect((await fetch(`${outputs.tasksApiUrl}/tasks`)).status).to.equal(403);
    expect((await fetch(String(outputs.consoleUrl))).status).to.equal(200);
    const told = Date.now();
    run.child.kill("SIGTERM");
    expect(await exitOf(run)).to.equal(0);
    expect(Date.now() - told).to.be.below(5_000);
    await eventually(() => expect(groupIsEmpty(run)).to.equal(true));
    expect(existsSync(OUTPUTS)).to.equal(false);
  });

  it("explains itself with --help", async () => {
    const run = start("--help");
    expect(await exitOf(run)).to.equal(0);
    for (const option of ["--stack", "--port", "--data", "--fresh", "--cwd"])
      expect(run.printed()).to.contain(option);
  });

  it("says what is wrong with an option, and with which", async () => {
    const run = start("--port", "banana");
    expect(await exitOf(run)).to.equal(1);
    expect(run.printed()).to.contain("--port banana").and.not.contain("    at ");
  });

  it("says which port is taken and how to choose another", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const run = start("--stack", STACK, "--port", String(port));
    expect(await exitOf(run)).to.equal(1);
    expect(run.printed()).to.contain(String(port)).and.contain("--port");
    server.close();
  });
});
