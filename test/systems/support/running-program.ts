/** The program of this repository on the local cloud, started once for all end-to-end tests. */
import { after } from "mocha";
import type { LogEntry } from "../../../local/core/log.ts";
import { LocalCloud } from "../../../local/local-cloud.ts";

let running: Promise<LocalCloud> | undefined;

/** Everything that the local cloud logged, for the tests that ask about it. */
export const logged: LogEntry[] = [];

/** The running local cloud; the first call starts it. */
export function runningProgram(): Promise<LocalCloud> {
  running ??= LocalCloud.start({
    cwd: process.cwd(),
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
});
