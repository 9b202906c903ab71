/** A revision of the repository as a folder. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../local/core/errors.ts";

export interface Revision {
  /** The program's folder, as `cwd` is in the working tree. */
  readonly folder: string;
  /** The commit's short id. */
  readonly commit: string;
  /** What the caller should tell the user. */
  readonly notices: readonly string[];
  remove(): void;
}

/** A repository whose tar is larger is no Pulumi program. */
const MOST_BYTES = 1024 ** 3;

/**
 * Puts a revision's files into a temporary folder. The repository is left as it is: no worktree is added to it.
 * The packages are those that are installed now.
 * @param cwd the program's folder in the working tree
 * @throws UserError when that is in no repository, or the revision or the program in it does not exist
 */
export function checkOut(revision: string, cwd: string): Revision {
  const prefix = git(cwd, "rev-parse", "--show-prefix");
  const top = git(cwd, "rev-parse", "--show-toplevel");
  if (prefix === undefined || top === undefined) throw new UserError(`${cwd} is in no git repository.`);
  // A fresh clone has no other branch than the one that is checked out.
  const commit = commitOf(revision, cwd) ?? commitOf(`origin/${revision}`, cwd);
  if (commit === undefined)
    throw new UserError(
      `There is no revision "${revision}" here. In a shallow clone fetch it first: git fetch origin ${revision}`,
    );
  const root = mkdtempSync(join(tmpdir(), "andamio-diff-"));
  const remove = () => rmSync(root, { recursive: true, force: true });
  try {
    unpack(commit, root, top);
    const folder = join(root, prefix);
    if (!existsSync(join(folder, "Pulumi.yaml")))
      throw new UserError(`Revision ${revision} has no Pulumi program in ${prefix || "its root"}.`);
    return { folder, commit, notices: withPackages(folder, cwd), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The short id. */
function commitOf(revision: string, cwd: string): string | undefined {
  const options = ["--verify", "--quiet", "--short", "--end-of-options"];
  return git(cwd, "rev-parse", ...options, `${revision}^{commit}`);
}

function unpack(commit: string, folder: string, top: string): void {
  const tar = execFileSync("git", ["archive", "--format=tar", commit], { cwd: top, maxBuffer: MOST_BYTES });
  execFileSync("tar", ["-xf", "-", "-C", folder], { input: tar });
}

/** Lends a folder the packages and bundles of the working tree: a bundle is taken only when its sources are the same. */
function withPackages(folder: string, cwd: string): string[] {
  const packages = join(cwd, "node_modules");
  if (existsSync(packages)) symlinkSync(packages, join(folder, "node_modules"));
  const bundles = join(cwd, ".build");
  if (existsSync(bundles)) cpSync(bundles, join(folder, ".build"), { recursive: true });
  const [old, current] = [folder, cwd].map((where) => textOf(join(where, "package-lock.json")));
  return old === current ? [] : ["It has other packages; it is evaluated with those that are installed now."];
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** What git answers; undefined when it refuses. */
function git(cwd: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, { cwd, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
