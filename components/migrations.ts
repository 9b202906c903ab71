import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Mistake } from "./mistakes.ts";
import { splitStatements } from "./sql-statements.ts";

/** One step of a database's schema. */
export interface Migration {
  /** The file's name without its ending, such as `0001-trucks`. */
  readonly name: string;
  /** SHA-256 of the file's text, whatever its line endings. */
  readonly checksum: string;
  readonly statements: readonly string[];
}

const FILE = /^(\d{4})-[a-z0-9-]+\.sql$/;

/**
 * The migrations in a folder, in the order of their numbers.
 * @param folder from the project root; its files are named `0001-<what>.sql`, `0002-…`, without a gap
 * @returns them, and all mistakes in names and texts
 */
export function readMigrations(folder: string): {
  readonly migrations: readonly Migration[];
  readonly mistakes: readonly Mistake[];
} {
  const mistake = (reason: string): Mistake => ({ propertyPath: "migrations", reason });
  if (!existsSync(folder)) {
    return { migrations: [], mistakes: [mistake(`is "${folder}"; there is no such folder`)] };
  }
  const files = readdirSync(folder).sort();
  const mistakes = files.flatMap((file, index) => {
    const [, number] = FILE.exec(file) ?? [];
    const expected = String(index + 1).padStart(4, "0");
    if (number === undefined) return [mistake(`holds ${file}; name files like ${expected}-trucks.sql`)];
    return number === expected ? [] : [mistake(`holds ${file} where ${expected} is next`)];
  });
  const migrations: Migration[] = [];
  for (const file of files) {
    try {
      migrations.push(read(folder, file));
    } catch (error) {
      mistakes.push(mistake(`holds ${file}: ${error instanceof Error ? error.message : String(error)}`));
    }
  }
  return { migrations, mistakes };
}

/** One text for all migrations: it changes when one of them does. */
export function fingerprintOf(migrations: readonly Migration[]): string {
  return sha256(migrations.map(({ name, checksum }) => `${name} ${checksum}`).join("\n"));
}

function read(folder: string, file: string): Migration {
  const script = readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n");
  return {
    name: file.replace(/\.sql$/, ""),
    checksum: sha256(script),
    statements: splitStatements(script),
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
