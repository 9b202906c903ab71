/** `npm run builtins`: writes down what Node.js exports of its own modules, for the bundler. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { BUILTIN_EXPORTS } from "../components/bundler/builtins-plugin.ts";
import { report, runCommand } from "./command.ts";

const HELP = `Writes down what the modules of Node.js export, for bundles that must not depend on who makes them.
Run it by the version that Lambda has.

Usage: npm run builtins -- [options]

  --check        write nothing; exit code 1 when the file is not what would be written
  --help         this text
`;

/** In a process of its own: who has used a module may have changed what it exports. `_eval` is there because of `-e`. */
const INVENTORY = `
const found = {};
for (const name of require("node:module").builtinModules) {
  const properties = Object.getOwnPropertyDescriptors(process.getBuiltinModule(name));
  const isName = (key) => /^[A-Za-z_$][\\w$]*$/.test(key) && key !== "default" && key !== "_eval";
  const names = Object.keys(properties).filter(isName).sort();
  const isLazy = (key) => properties[key].get !== undefined;
  found[name] = { ready: names.filter((key) => !isLazy(key)).join(" "), lazy: names.filter(isLazy).join(" ") };
}
process.stdout.write(JSON.stringify(found, undefined, 2) + "\\n");
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { check: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  if (values.help) process.stdout.write(HELP);
  else if (values.check) return report(builtinProblems());
  else writeFileSync(BUILTIN_EXPORTS, inventory());
  return 0;
}

/** What is wrong with what was written down. */
export function builtinProblems(): string[] {
  if (readFileSync(BUILTIN_EXPORTS, "utf8") === inventory()) return [];
  return [
    `${BUILTIN_EXPORTS} is not what Node.js ${process.version} exports. Make it anew: npm run builtins`,
  ];
}

function inventory(): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--no-warnings", "-e", INVENTORY], {
    encoding: "utf8",
    env: {},
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

if (import.meta.main) runCommand(main);
