import { relative } from "node:path";
import type { OnLoadResult, Plugin } from "esbuild";
import type { Snapshot } from "./file-states.ts";
import { FileStates } from "./file-states.ts";
import { evaluateSchemas } from "./schema-evaluation.ts";
import { validatorsFor } from "./schema-validators.ts";

/** The validators of one module, and what they were made from. */
interface Made {
  readonly contents: string;
  readonly files: readonly string[];
  readonly snapshot: Snapshot | undefined;
}

/**
 * Replaces modules named `*.schema.ts` by validators made of their zod schemas, so that zod is not in the bundle: it
 * would cost 440 KB and 20 ms of every cold start.
 * @param inputs gets the files that the schemas were made from, relative to the project root
 */
export function schemaPlugin(root: string, inputs: Set<string>): Plugin {
  const known = new Map<string, Made>();
  const load = async (path: string): Promise<OnLoadResult> => {
    const before = known.get(path);
    const holds = before?.snapshot && new FileStates(root).match(before.snapshot);
    const made = before && holds ? before : await make(root, path);
    known.set(path, made);
    for (const file of made.files) inputs.add(file);
    return { contents: made.contents, resolveDir: import.meta.dirname };
  };
  return {
    name: "schemas",
    setup(build) {
      build.onLoad({ filter: /\.schema\.ts$/ }, ({ path }) =>
        load(path).catch((error: unknown) => refusal(relative(root, path), error)),
      );
    },
  };
}

async function make(root: string, path: string): Promise<Made> {
  const begin = Date.now();
  const { exports, files } = await evaluateSchemas(root, path);
  const snapshot = new FileStates(root).snapshot(files, begin);
  return { contents: validatorsFor(exports), files, snapshot };
}

function refusal(file: string, error: unknown): OnLoadResult {
  const text = error instanceof Error ? error.message : String(error);
  return { errors: [{ text, location: { file, line: 1 } }] };
}
