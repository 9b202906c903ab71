import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

/** Packages that the projects can import, from this project's own. */
const PACKAGES = ["@aws-sdk", "zod"];

const A_WHILE_AGO = new Date("2026-01-01T00:00:00Z");

/** A project in a folder of its own, gone after the test. */
export class TemporaryProject {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async create(files: Readonly<Record<string, string>>): Promise<TemporaryProject> {
    const project = new TemporaryProject(await realpath(await mkdtemp(join(tmpdir(), "andamio-"))));
    await project.write({ "package.json": '{ "type": "module" }', ...files });
    await mkdir(join(project.root, "node_modules"), { recursive: true });
    for (const name of PACKAGES) {
      await symlink(resolve("node_modules", name), join(project.root, "node_modules", name));
    }
    return project;
  }

  /** Writes files as if they had been there for a while. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.root, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      await utimes(path, A_WHILE_AGO, A_WHILE_AGO);
    }
  }

  read(path: string): Promise<Buffer> {
    return readFile(join(this.root, path));
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }
}

/** What a bundle does in a process of its own. */
export interface Run {
  readonly result: unknown;
  /** Names of Node's own modules that were loaded. */
  readonly loaded: readonly string[];
}

/** Loads a bundle as Lambda does and invokes its handler once. */
export async function runBundle(
  file: string,
  event: unknown,
  environment: NodeJS.ProcessEnv = {},
): Promise<Run> {
  const script = `
    const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
    const result = await handler(${JSON.stringify(event)}, {});
    console.log(JSON.stringify({ result, loaded: process.moduleLoadList }));
    process.exit(0);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    env: environment,
    maxBuffer: 8 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}
