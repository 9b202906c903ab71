import { builtinModules } from "node:module";
import type { Plugin } from "esbuild";

const NAMES = builtinModules.map((name) => name.replace(/^node:/, "").replaceAll(/\W/g, "\\$&"));

/** Exactly Node's own modules, such as `fs` and `node:fs`. */
const BUILTIN = new RegExp(`^(?:node:)?(?:${NAMES.join("|")})$`);

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
  const properties = Object.getOwnPropertyDescriptors(process.getBuiltinModule(`node:${name}`) ?? {});
  const names = Object.keys(properties).filter((key) => /^[A-Za-z_$][\w$]*$/.test(key) && key !== "default");
  const ready = names.filter((key) => properties[key]?.get === undefined);
  const lazy = names.filter((key) => !ready.includes(key));
  return [
    `const all = ${moduleNamed(name)};`,
    "const read = (key) => all[key];",
    ...ready.map((key, index) => `const e${index} = /* @__PURE__ */ read("${key}");`),
    "export default all;",
    `export { ${ready.map((key, index) => `e${index} as ${key}`).join(", ")} };`,
    `export { ${lazy.join(", ")} } from "node:${name}";`,
  ].join("\n");
}

function moduleNamed(name: string): string {
  return `process.getBuiltinModule("node:${name}")`;
}
