/**
 * `npm test`: runs mocha in a network namespace that has nothing but loopback, so that the end-to-end tests can tell
 * whether anything tried to reach further (test/systems/support/loopback.ts). Where the system gives no namespaces, mocha
 * runs as usual and the tests say that they cannot tell.
 */
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { NAMESPACE_VARIABLE } from "./systems/support/loopback.ts";

const NAMESPACE = ["--user", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"'];

const mocha = [fileURLToPath(import.meta.resolve("mocha/bin/mocha.js")), ...process.argv.slice(2)];
const isPossible = spawnSync("unshare", [...NAMESPACE, "true"]).status === 0;
const child = isPossible
  ? spawn("unshare", [...NAMESPACE, process.execPath, ...mocha], {
      stdio: "inherit",
      env: { ...process.env, [NAMESPACE_VARIABLE]: "1" },
    })
  : spawn(process.execPath, mocha, { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => void child.kill(signal));
child.once("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
