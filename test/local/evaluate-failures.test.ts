import { resolve } from "node:path";
import { expect } from "chai";
import { UserError } from "../../local/core/errors.ts";
import { evaluate } from "../../local/evaluate/index.ts";
import { definitions } from "../fixtures/programs/definitions.ts";

const FOLDER = resolve(import.meta.dirname, "../fixtures/programs/throws");

const EXPECTED: Readonly<Record<string, RegExp>> = {
  throw:
    /^Running program .* failed with an unhandled exception:\nError: the moon is not full\n {4}at .*index\.js:9:11\)/,
  reject: /Error: nobody waits for this/,
  config: /^Missing required configuration variable 'broken:absent'/,
  exit: /^The program ended with exit code 7\.$/,
  duplicate: /^Duplicate resource URN 'urn:pulumi:dev::broken::aws:sqs\/queue:Queue::jobs'; try giving it/,
  refused: /^aws:sqs\/queue:Queue "slow": delaySeconds must be between 0 and 900$/,
  stackReference: /^The local cloud does not support references to other stacks \(acme\/network\/prod\)\.$/,
  missing: /^aws:sqs\/queue:Queue "jobs": there is no such resource with id http:\/\/localhost\/jobs here/,
  invoke: /Error: The local cloud cannot answer aws:ec2\/getAmi:getAmi/,
  remoteAsset: /^The local cloud does not support RemoteAsset \(https:\/\/example\.com\)/,
  hook: /^The local cloud does not support resource hooks \(.*jobs_afterCreate/,
};

function fail(mode: string, signal?: AbortSignal, onOutput?: (line: string) => void): Promise<unknown> {
  return evaluate({
    cwd: FOLDER,
    stack: "dev",
    endpoint: "http://127.0.0.1:4000",
    definitions,
    config: { "broken:mode": mode },
    ...(signal ? { signal } : {}),
    ...(onOutput ? { onOutput } : {}),
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a program that cannot be evaluated", () => {
  const errors = new Map<string, unknown>();

  before(async () => {
    const modes = Object.keys(EXPECTED);
    await Promise.all(modes.map(async (mode) => errors.set(mode, await fail(mode))));
  });

  for (const [mode, message] of Object.entries(EXPECTED)) {
    it(`is a mistake that the user can read about: ${mode}`, () => {
      const error = errors.get(mode);
      expect(error).to.be.instanceOf(UserError);
      expect((error as UserError).message).to.match(message);
    });
  }

  it("shows of a stack trace only the program's own lines, without colours", () => {
    const { message } = errors.get("throw") as UserError;
    expect(message).not.to.contain("node_modules").and.not.to.contain("\u001b");
  });

  it("is killed when the caller gives up", async () => {
    const abort = new AbortController();
    let pid = 0;
    const error = await fail("forever", abort.signal, (line) => {
      pid = Number(line.split(" ").at(-1));
      abort.abort(new Error("enough"));
    });
    expect(error).to.be.instanceOf(Error).with.property("message", "enough");
    expect(pid).to.be.greaterThan(0);
    expect(() => process.kill(pid, 0)).to.throw("ESRCH");
  });

  it("is not even started when the caller has given up before", async () => {
    const lines: string[] = [];
    const error = await fail("forever", AbortSignal.abort(new Error("too late")), (line) => lines.push(line));
    expect(error).to.have.property("message", "too late");
    expect(lines).to.deep.equal([]);
  });
});
