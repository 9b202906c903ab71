/** The thread of builder.ts. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort } from "node:worker_threads";
import { giveMemoryBack } from "../core/give-memory-back.ts";
import type { BuildReply, BuildRequest } from "./builder.ts";

/** A module that makes deployed files; see recipes.ts. */
interface BuilderModule {
  build(argument: unknown, folder: string): string | Promise<string>;
  prepare?(argument: unknown, folder: string): void | Promise<void>;
}

async function answer({ step, builder, argument, folder }: BuildRequest): Promise<BuildReply> {
  try {
    const module: BuilderModule = await import(pathToFileURL(builder).href);
    if (step === "build") return { file: resolve(folder, await module.build(argument, folder)) };
    await module.prepare?.(argument, folder);
    return { file: "" };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Without a request for so long, what the last ones left is freed: making all bundles of a program leaves most. */
const REST_MILLISECONDS = 2_000;
let rest: NodeJS.Timeout | undefined;

parentPort?.on("message", async (request: BuildRequest) => {
  clearTimeout(rest);
  parentPort?.postMessage(await answer(request));
  rest = setTimeout(giveMemoryBack, REST_MILLISECONDS).unref();
});
