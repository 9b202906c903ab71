import { builtinModules } from "node:module";
import type { Plugin } from "esbuild";

const NAMES = builtinModules.map((name) => name.replace(/^node:/, "").replaceAll(/\W/g, "\\$&"));

/** Exactly Node's own modules, such as `fs` and `node:fs`. */
const BUILTIN = new RegExp(`^(?:node:)?(?:${NAMES.join("|")})$`);

/**
 * Gets Node's own modules by `process.getBuiltinModule`. A static import of `node:http` reads all of its lazy
 * properties and thereby loads undici, which costs a cold start 20 ms; and packages that call `require("http")` would
 * need a `require`, which ES modules do not have.
 */
export const builtinsPlugin: Plugin = {
  name: "builtins",
  setup(build) {
    build.onResolve({ filter: BUILTIN }, ({ path }) => ({
      path: path.replace(/^node:/, ""),
      namespace: "builtin",
    }));
    build.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}");`,
    }));
  },
};
