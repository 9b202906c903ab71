/** `npm start`. Compiled code is kept: loading the local cloud takes 0.25 s instead of 0.55 s from the second time on. */
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "..", ".local", "compile-cache"));
await import("./cli/main.ts");
