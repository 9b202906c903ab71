import { builtinModules } from "node:module";
import type { Plugin } from "esbuild";

/** Names such as `fs`, with and without `node:`; some, such as `node:test`, exist with it only. */
const BUILTINS = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);

/**
 * Gets Node's own modules by `process.getBuiltinModule`. A static import of `node:http` reads all of its lazy
 * properties and thereby loads undici, which costs a cold start 20 ms; and packages that call `require("http")` would
 * need a `require`, which ES modules do not have.
 */
export const builtinsPlugin: Plugin = {
  name: "builtins",
  setup(build) {
    build.onResolve({ filter: /^[a-z_:/0-9]+$/ }, ({ path }) =>
      BUILTINS.has(path) ? { path: path.replace(/^node:/, ""), namespace: "builtin" } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}");`,
    }));
  },
};
