/** Reads `Pulumi.yaml`: what the project is called, where its program stands and how it is run. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseDocument } from "yaml";
import * as z from "zod";
import { UserError } from "../core/errors.ts";

const schema = z.looseObject({
  name: z.string().min(1),
  main: z.string().optional(),
  stackConfigDir: z.string().optional(),
  runtime: z.union([
    z.string(),
    z.looseObject({
      name: z.string(),
      options: z
        .looseObject({
          typescript: z.boolean().default(true),
          nodeargs: z.string().default(""),
          tsconfig: z.string().optional(),
        })
        .nullish(),
    }),
  ]),
});

/** A Pulumi project on disk. https://www.pulumi.com/docs/iac/concepts/projects/project-file/ */
export interface Project {
  readonly name: string;
  /** Absolute path of the folder that holds Pulumi.yaml. */
  readonly root: string;
  /** Absolute path of the project file. */
  readonly file: string;
  /** Absolute path of the program's folder: its working directory. */
  readonly programFolder: string;
  /** The program's file name, or `.` for what the folder's package.json names. */
  readonly entryPoint: string;
  /** Absolute path of the folder with the stack files. */
  readonly stackFolder: string;
  /** Whether Pulumi compiles TypeScript with ts-node. */
  readonly typescript: boolean;
  readonly tsconfig: string | undefined;
  /** Arguments for node itself. */
  readonly nodeArguments: readonly string[];
  /** The text of Pulumi.yaml. */
  readonly text: string;
}

/**
 * Reads the project of a folder; as in Pulumi the project file may stand in a folder above.
 * @throws UserError when there is none, or it is not a Node.js project
 */
export function readProject(cwd: string): Project {
  const file = findProjectFile(resolve(cwd));
  const text = readFileSync(file, "utf8");
  const document = parseDocument(text);
  if (document.errors[0]) throw new UserError(`${file} is not valid YAML: ${document.errors[0].message}`);
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) throw new UserError(`${file} is not valid:\n${z.prettifyError(parsed.error)}`);
  const { name, main, runtime, stackConfigDir } = parsed.data;
  const language = typeof runtime === "string" ? runtime : runtime.name;
  if (language !== "nodejs")
    throw new UserError(`${file}: the local cloud runs programs of runtime nodejs, not ${language}.`);
  const options = (typeof runtime === "string" ? undefined : runtime.options) ?? {
    typescript: true,
    nodeargs: "",
    tsconfig: undefined,
  };
  const root = dirname(file);
  const config = document.get("config");
  return {
    name,
    root,
    file,
    ...locateProgram(file, main),
    stackFolder: resolve(root, stackConfigDir ?? (typeof config === "string" ? config : ".")),
    typescript: options.typescript,
    tsconfig: options.tsconfig,
    nodeArguments: splitArguments(options.nodeargs),
    text,
  };
}

function findProjectFile(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    for (const name of ["Pulumi.yaml", "Pulumi.yml"]) {
      const file = join(folder, name);
      if (existsSync(file)) return file;
    }
    if (folder === dirname(folder))
      throw new UserError(`There is no Pulumi.yaml in ${cwd}, nor in any folder above it.`);
  }
}

/** As Pulumi does: relative paths in a program are relative to the folder that `main` is, or is in. */
function locateProgram(
  file: string,
  main: string | undefined,
): { readonly programFolder: string; readonly entryPoint: string } {
  const path = resolve(dirname(file), main ?? ".");
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new UserError(`${file}: main does not exist: ${path}`);
  return stats.isDirectory()
    ? { programFolder: path, entryPoint: "." }
    : { programFolder: dirname(path), entryPoint: basename(path) };
}

/** Splits a command line at spaces outside quotes. */
function splitArguments(line: string): string[] {
  const words = line.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}
