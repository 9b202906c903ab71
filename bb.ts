import { globSync, readFileSync, rmSync } from "node:fs";
import { bundleEntry } from "./components/bundler/entry.ts";
import * as z from "zod";
const entries = globSync("handlers/*/*.ts").filter((p) => readFileSync(p, "utf8").includes("export const handler"));
rmSync(".build/manifests", { recursive: true, force: true });
const t = performance.now();
await Promise.all(entries.map((e) => bundleEntry(e, process.cwd(), readFileSync(e,"utf8").includes("virtual:schemas") ? { entitySchema: z.strictObject({ name: z.string() }) } : {})));
console.log(entries.length, Math.round(performance.now() - t));
process.exit(0);
