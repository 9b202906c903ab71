/** A small program in a folder of its own, made of this repository's components, whose files tests may edit. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** What a program imports a component of this repository by. */
export const component = (name: string): string => JSON.stringify(resolve("components", `${name}.ts`));

/** While this file is there, the program does not end. Nobody watches its folder. */
export const HOLD = ".local/hold";

const FILES: Readonly<Record<string, string>> = {
  "Pulumi.yaml": "name: edited\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
  "Pulumi.dev.yaml": "config: { aws:region: eu-west-1 }\n",
  "package.json": '{ "name": "edited", "type": "module" }\n',
  "index.ts": `
    import { existsSync } from "node:fs";
    import * as aws from "@pulumi/aws";
    import { AlarmedFunction } from ${component("alarmed-function")};
    import { nameSchema } from "./handlers/name.schema.ts";
    const defaults = { production: false, logRetentionDays: 7, alarms: "essential" as const };
    const functionOf = (name: string) => {
      const entry = \`handlers/\${name}.ts\`;
      return new AlarmedFunction(name, { defaults, description: "Answers.", entry, timeoutSeconds: 10 });
    };
    const functions = [functionOf("greet"), functionOf("leave")];
    new aws.ssm.Parameter("old", { type: "String", name: "/edited/old", value: "1" });
    export const bucket = new aws.s3.Bucket("files").bucket;
    export const longestName = nameSchema.maxLength;
    await Promise.all(functions.map((one) => new Promise((resolve) => one.function.arn.apply(resolve))));
    console.log("the program has its bundles");
    while (existsSync("${HOLD}")) await new Promise((resolve) => setTimeout(resolve, 10));
  `,
  "handlers/name.schema.ts": `
    import * as z from "zod";
    export const nameSchema = z.string().max(5);
  `,
  "handlers/greet.ts": `
    import { nameSchema } from "./name.schema.ts";
    import { say } from "./say.ts";
    export const handler = async (event: { name: string }): Promise<string> =>
      nameSchema.safeParse(event.name).success ? say("Hello", event.name) : "too long";
  `,
  "handlers/leave.ts": `
    import { say } from "./say.ts";
    export const handler = async (event: { name: string }): Promise<string> => say("Goodbye", event.name);
  `,
  "handlers/say.ts": `
    export const say = (word: string, name: string): string => [word, name].join(", ");
  `,
};

export interface EditedProgram {
  readonly folder: string;
  /** Writes a file, as most programs do. */
  write(path: string, text: string): void;
  /** Replaces a text of one of the files as they were at first. */
  edit(path: string, text: string, by: string): void;
  /** Writes another file and renames it, as careful editors do. */
  replace(path: string, text: string, by: string): void;
  /** Puts a file back to what it was at first. */
  restore(path: string): void;
  remove(path: string): void;
  /** Removes the whole folder. */
  end(): void;
}

/** @param files texts by path; without them a program of two functions */
export function editedProgram(files: Readonly<Record<string, string>> = FILES): EditedProgram {
  const folder = mkdtempSync(join(tmpdir(), "edited-program-"));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const edited = (path: string, text: string, by: string): string => {
    const source = files[path] ?? "";
    if (!source.includes(text)) throw new Error(`${path} has no ${text}`);
    return source.replace(text, by);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  return {
    folder,
    write,
    edit: (path, text, by) => write(path, edited(path, text, by)),
    replace: (path, text, by) => {
      write(`${path}.tmp`, edited(path, text, by));
      renameSync(join(folder, `${path}.tmp`), join(folder, path));
    },
    restore: (path) => write(path, files[path] ?? ""),
    remove: (path) => rmSync(join(folder, path)),
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}
