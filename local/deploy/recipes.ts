/**
 * How a file that a program deploys is made again without running the program. Whatever makes `bundle.mjs` may leave
 * `bundle.mjs.build.json` next to it:
 *
 *     { "inputs": ["handlers/create.ts", …], "builder": "tools/bundle.ts", "argument": "handlers/create.ts" }
 *
 * Paths are relative to the program's folder. `inputs` are the files it was made from, packages left out. `builder` is a
 * module that exports `build(argument, folder)`, which answers the path of the file that it made (another one for another
 * content: one that is deployed is not overwritten), and may export `prepare(argument, folder)`, which does what makes
 * the next `build` fast. Files without a recipe are made by running the program, as ever.
 *
 * A program that runs in the local cloud finds `TAKES_BUILD_RECIPES=1` in its environment. It may then leave a recipe alone
 * and name the file that is not there: the file is made once it is needed.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod";
import { recipeFileOf } from "../core/build-recipe.ts";
import { UserError } from "../core/errors.ts";

const schema = z.strictObject({ inputs: z.array(z.string()), builder: z.string(), argument: z.json() });

/** All paths are absolute. */
export interface Recipe {
  readonly file: string;
  readonly inputs: ReadonlySet<string>;
  readonly builder: string;
  readonly argument: unknown;
}

/**
 * The recipe of a deployed file, or undefined when it has none.
 * @param folder the program's folder
 * @throws UserError when there is one that cannot be read
 */
export function recipeOf(file: string, folder: string): Recipe | undefined {
  const path = recipeFileOf(file);
  if (!existsSync(path)) return undefined;
  const parsed = schema.safeParse(parse(readFileSync(path, "utf8")));
  if (!parsed.success) throw new UserError(`${path} is not valid:\n${z.prettifyError(parsed.error)}`);
  const { inputs, builder, argument } = parsed.data;
  return {
    file,
    inputs: new Set(inputs.map((input) => resolve(folder, input))),
    builder: resolve(folder, builder),
    argument,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
