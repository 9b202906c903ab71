/** The program of this repository on the local cloud, started once for all end-to-end tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "mocha";
import type { LogEntry } from "../../../local/core/log.ts";
import { LocalCloud } from "../../../local/local-cloud.ts";
import { tell } from "../../support/outcome.ts";
import { watchContracts } from "./contract.ts";
import { type Attempts, attempts, expectNothingLeft } from "./loopback.ts";
import { neededPermissions } from "./needed-permissions.ts";

/** Not the program's own, so that tests and `npm start` can run side by side. */
const stateFolder = mkdtempSync(join(tmpdir(), "andamio-test-"));

let attemptsBefore: Attempts | undefined;
let running: Promise<LocalCloud> | undefined;

/** Everything that the local cloud logged, for the tests that ask about it. */
export const logged: LogEntry[] = [];

/** The running local cloud; the first call starts it. */
export function runningProgram(): Promise<LocalCloud> {
  attemptsBefore ??= attempts();
  running ??= LocalCloud.start({
    cwd: process.cwd(),
    stateFolder,
    stack: "dev",
    port: 0,
    log: (entry) => {
      logged.push(entry);
    },
  }).then(async (cloud) => {
    watchContracts(cloud.graph);
    await cloud.deployed();
    return cloud;
  });
  return running;
}

after(async function () {
  this.timeout(60_000);
  const cloud = await running;
  try {
    if (cloud) {
      // What the last test set going needs permissions, too.
      await cloud.advance(0);
      expectNothingLeft(attemptsBefore);
      tell({ permissions: await neededPermissions(cloud) });
    }
  } finally {
    await cloud?.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
});
