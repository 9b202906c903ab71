/** The code of functions: archives become folders, one for each content. */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, extname, join, posix } from "node:path";
import { unzipSync } from "fflate";
import { UserError } from "../../core/errors.ts";
import type { Archive, Asset } from "../../core/graph.ts";

/** One member of an archive. */
interface Member {
  /** Path in the function's folder; empty for the folder itself. */
  readonly name: string;
  readonly kind: "text" | "file" | "folder" | "zip";
  /** The text, or the path on disk. */
  readonly source: string;
}

export class CodeStore {
  readonly #folder: string;

  /** @param folder where the folders of code are made */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The folder with an archive's files. Folders of the archive are linked, not copied: magic functions carry all of
   * node_modules. Functions run with `--preserve-symlinks`, so that modules resolve as if the files were there.
   * @throws UserError when a file is missing or of a kind that Lambda does not take
   */
  folderOf(archive: Archive): string {
    const members = membersOf(archive, "");
    const hash = createHash("sha256");
    for (const member of members) hash.update(`${member.kind} ${member.name} ${fingerprint(member)}\n`);
    const folder = join(this.#folder, hash.digest("hex").slice(0, 32));
    if (existsSync(folder)) return folder;
    const draft = `${folder}.draft`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    for (const member of members) place(member, draft, members);
    if (members.length === 0) mkdirSync(draft);
    renameSync(draft, folder);
    return folder;
  }
}

function membersOf(file: Archive | Asset, prefix: string): Member[] {
  if (file.kind === "asset") {
    if (file.text !== undefined) return [{ name: prefix, kind: "text", source: file.text }];
    return [{ name: prefix, kind: "file", source: existing(file.path) }];
  }
  if (file.assets) {
    return Object.entries(file.assets)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .flatMap(([name, member]) => membersOf(member, inside(prefix, name)));
  }
  const source = existing(file.path);
  if (statSync(source).isDirectory()) return [{ name: prefix, kind: "folder", source }];
  const ending = extname(source);
  if (ending === ".zip" || ending === ".jar") return [{ name: prefix, kind: "zip", source }];
  throw unreadable(`The local cloud reads folders and zip files as code, not ${source}`);
}

function inside(prefix: string, name: string): string {
  const path = posix.normalize(posix.join(prefix, name)).replace(/^\/+|\/$/g, "");
  if (path === "..") throw unreadable(`The archive has a member outside of it: ${name}`);
  if (path.startsWith("../")) throw unreadable(`The archive has a member outside of it: ${name}`);
  return path === "." ? "" : path;
}

function existing(path: string | undefined): string {
  if (path !== undefined && existsSync(path)) return path;
  throw unreadable(`The code is not there: ${path ?? "(no path)"}`);
}

function unreadable(message: string): UserError {
  return new UserError(message);
}

/** Files by their bytes; folders, which may be huge, by names, sizes and times of their files. */
function fingerprint({ kind, source }: Member): string {
  const hash = createHash("sha256");
  if (kind === "text") return hash.update(source).digest("hex");
  if (kind !== "folder") return hash.update(readFileSync(source)).digest("hex");
  for (const name of readdirSync(source, { recursive: true, encoding: "utf8" }).sort()) {
    const stats = statSync(join(source, name), { throwIfNoEntry: false });
    hash.update(`${name}:${stats?.size}:${stats?.mtimeMs}\n`);
  }
  return hash.update(source).digest("hex");
}

function place(member: Member, folder: string, all: readonly Member[]): void {
  const target = join(folder, member.name);
  mkdirSync(dirname(target), { recursive: true });
  if (member.kind === "text") writeFileSync(target, member.source);
  else if (member.kind === "file") copyFileSync(member.source, target);
  else if (member.kind === "zip") unzip(member.source, target);
  else if (sharesFolder(member, all)) cpSync(member.source, target, { recursive: true, dereference: true });
  else symlinkSync(member.source, target);
}

/** Whether other members stand in the same folder, so that a link to it would mix them into the program's files. */
function sharesFolder({ name }: Member, all: readonly Member[]): boolean {
  return all.some((other) => other.name !== name && (name === "" || other.name.startsWith(`${name}/`)));
}

function unzip(file: string, target: string): void {
  mkdirSync(target, { recursive: true });
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(file)))) {
    const path = join(target, inside("", name));
    if (name.endsWith("/")) {
      mkdirSync(path, { recursive: true });
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}
