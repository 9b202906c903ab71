import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "esbuild";

/**
 * A file, as the process that makes a bundle may run another version of Node.js than Lambda does, and may have changed what
 * its modules export; made by `npm run builtins`.
 */
export const BUILTIN_EXPORTS = join(import.meta.dirname, "builtin-exports.json");

/** What Lambda's Node.js exports, by module: names that are there, and those that are made when they are asked for. */
const EXPORTED: Readonly<Record<string, { readonly ready?: string; readonly lazy?: string }>> = JSON.parse(
  readFileSync(BUILTIN_EXPORTS, "utf8"),
);

/** Exactly Node's own modules, such as `fs` and `node:fs`, but only `node:test`. */
const BUILTIN = new RegExp(
  `^(?:${Object.keys(EXPORTED)
    .map((name) => name.replace(/^(?!node:)/, "(?:node:)?").replaceAll("/", "\\/"))
    .join("|")})$`,
);

/** A module that is no file: the exports of one of Node's own, or the whole of it as CommonJS. */
const WHOLE = "builtin-whole";
const EXPORTS = "builtin";

/**
 * Gets Node's own modules by `process.getBuiltinModule`. A static import of `node:http` reads all of its lazy
 * properties and thereby loads undici, which costs a cold start 20 ms; and packages that call `require("http")` would
 * need a `require`, which ES modules do not have.
 */
export const builtinsPlugin: Plugin = {
  name: "builtins",
  setup(build) {
    build.onResolve({ filter: BUILTIN }, ({ path, kind, namespace }) => ({
      path: path.replace(/^node:/, ""),
      namespace: kind === "import-statement" && namespace !== EXPORTS ? EXPORTS : WHOLE,
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: EXPORTS }, ({ path }) => ({ contents: exportsOf(path) }));
    build.onLoad({ filter: /.*/, namespace: WHOLE }, ({ path }) => ({
      contents: `module.exports = ${moduleNamed(path)};`,
    }));
  },
};

/**
 * A module with each export by itself, so that esbuild leaves out those that nobody imports. Lazy ones (`fs.promises`,
 * `crypto.webcrypto`) are read where they are used: to name them would load them.
 */
function exportsOf(name: string): string {
  const { ready = "", lazy = "" } = EXPORTED[name] ?? EXPORTED[`node:${name}`] ?? {};
  const names = ready.split(" ").filter(Boolean);
  return [
    `const all = ${moduleNamed(name)};`,
    "const read = (key) => all[key];",
    ...names.map((key, index) => `const e${index} = /* @__PURE__ */ read("${key}");`),
    "export default all;",
    `export { ${names.map((key, index) => `e${index} as ${key}`).join(", ")} };`,
    `export { ${lazy.replaceAll(" ", ", ")} } from "node:${name}";`,
  ].join("\n");
}

function moduleNamed(name: string): string {
  return `process.getBuiltinModule("node:${name}")`;
}
