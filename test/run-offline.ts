/**
 * `npm test`: runs mocha in a network namespace that has nothing but loopback, so that the end-to-end tests can tell
 * whether anything tried to reach further (test/systems/support/loopback.ts). Where the system gives no namespaces, mocha
 * runs as usual and the tests say that they cannot tell.
 */
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { NAMESPACE_VARIABLE } from "./systems/support/loopback.ts";

const NAMESPACE = ["--user", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"'];

const ALL = "test/**/*.test.ts";

const given = process.argv.slice(2);
// What .mocharc.json names would run beside the files that are given.
const areFilesGiven = given.some((argument) => argument.startsWith("--spec") || argument.endsWith(".ts"));
const args = areFilesGiven ? given : [...given, "--spec", ALL];
const mocha = [fileURLToPath(import.meta.resolve("mocha/bin/mocha.js")), ...args];
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
