import { relative } from "node:path";
import type { Plugin } from "esbuild";
import { evaluateSchemas } from "./schema-evaluation.ts";
import { validatorsFor } from "./schema-validators.ts";

/**
 * Replaces modules named `*.schema.ts` by validators made of their zod schemas, so that zod is not in the bundle: it
 * would cost 440 KB and 20 ms of every cold start.
 * @param inputs gets the files that the schemas were made from, relative to the project root
 */
export function schemaPlugin(root: string, inputs: Set<string>): Plugin {
  return {
    name: "schemas",
    setup(build) {
      build.onLoad({ filter: /\.schema\.ts$/ }, async ({ path }) => {
        const name = relative(root, path);
        try {
          const { exports, files } = await evaluateSchemas(root, path);
          for (const file of files) inputs.add(file);
          return { contents: validatorsFor(exports), resolveDir: import.meta.dirname };
        } catch (error) {
          return { errors: [{ text: error instanceof Error ? error.message : String(error), location: { file: name, line: 1 } }] };
        }
      });
    },
  };
}
