/**
 * Finds a function's handler as Lambda's Node.js runtime does.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html#nodejs-handler-setup
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runtimeError } from "./failures.ts";

/** A handler of any style; `callback` is there up to Node.js 22. */
export type Handler = (event: unknown, context: unknown, callback?: unknown) => unknown;

const CALLBACKS_ENDED = 24;

/**
 * Loads the module and picks the handler.
 * @param taskRoot the folder of the code
 * @param name such as `index.handler` or `dir/file.nested.handler`
 * @param nodeVersion of the runtime; from 24 on, handlers with a callback are refused
 * @throws Error with the name that Lambda gives it, such as `Runtime.ImportModuleError`
 */
export async function loadHandler(taskRoot: string, name: string, nodeVersion: number): Promise<Handler> {
  if (name.includes("..")) {
    const advice = "Use absolute paths when specifying root directories in handler names.";
    throw runtimeError("Runtime.MalformedHandlerName", `'${name}' is not a valid handler name. ${advice}`);
  }
  const parts = /^([^.]*)\.(.+)$/.exec(basename(name));
  const [, moduleName, path] = parts ?? [];
  if (moduleName === undefined || path === undefined)
    throw runtimeError("Runtime.MalformedHandlerName", "Bad handler");
  const loaded = await loadModule(taskRoot, join(dirname(name), moduleName));
  const handler = path.split(".").reduce<unknown>(member, loaded);
  if (handler === undefined || handler === null) {
    throw runtimeError("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  }
  if (typeof handler !== "function") {
    throw runtimeError("Runtime.HandlerNotFound", `${name} is not a function`);
  }
  if (handler.length >= 3 && nodeVersion >= CALLBACKS_ENDED) throw callbacksEnded();
  return handler as Handler;
}

async function loadModule(taskRoot: string, name: string): Promise<unknown> {
  try {
    const file = ["", ".js", ".mjs", ".cjs"].map((ending) => resolve(taskRoot, name + ending)).find(isFile);
    const require = createRequire(join(taskRoot, "handler.js"));
    if (file === undefined) return require(require.resolve(`./${name}`));
    return isEcmaScript(file) ? await import(pathToFileURL(file).href) : require(file);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw runtimeError("Runtime.UserCodeSyntaxError", String(error), error.stack);
    }
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "MODULE_NOT_FOUND") throw runtimeError("Runtime.ImportModuleError", String(error));
    throw error;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** By its ending, else by the nearest package.json. */
function isEcmaScript(file: string): boolean {
  if (!file.endsWith(".js")) return file.endsWith(".mjs");
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, "utf8")).type === "module";
    if (basename(folder) === "node_modules" || folder === dirname(folder)) return false;
  }
}

function member(value: unknown, name: string): unknown {
  if (value === undefined || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function callbacksEnded(): Error {
  return runtimeError(
    "Runtime.CallbackHandlerDeprecated",
    "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
      "You need to modify this function to use a supported handler signature to use Node.js 24 or later. " +
      "For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.",
  );
}
