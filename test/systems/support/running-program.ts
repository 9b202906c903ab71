/** The program of this repository on the local cloud, started once for all end-to-end tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "mocha";
import type { LogEntry } from "../../../local/core/log.ts";
import { LocalCloud } from "../../../local/local-cloud.ts";

/** Not the program's own, so that tests and `npm start` can run side by side. */
const stateFolder = mkdtempSync(join(tmpdir(), "andamio-test-"));

let running: Promise<LocalCloud> | undefined;

/** Everything that the local cloud logged, for the tests that ask about it. */
export const logged: LogEntry[] = [];

/** The running local cloud; the first call starts it. */
export function runningProgram(): Promise<LocalCloud> {
  running ??= LocalCloud.start({
    cwd: process.cwd(),
    stateFolder,
    stack: "dev",
    port: 0,
    log: (entry) => {
      logged.push(entry);
    },
  });
  return running;
}

after(async () => {
  await (await running)?.stop();
  rmSync(stateFolder, { recursive: true, force: true });
});
