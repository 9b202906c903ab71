/** `local-cloud.yaml`: what stands in for the outside world when a program runs on one machine. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { UserError } from "../core/errors.ts";

const FILE = "local-cloud.yaml";

const schema = z.strictObject({
  standIns: z.record(z.string().regex(/^[a-z0-9-]+$/), z.string()).default({}),
  config: z.record(z.string().regex(/^[^:]+:.+$/), z.unknown()).default({}),
});

export interface LocalSettings {
  /** Absolute paths of the stand-ins' modules, by name. */
  readonly standIns: ReadonlyMap<string, string>;
  /** Configuration values by key or path (`project:key.path`), that take the place of the stack file's. */
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Reads the file from the program's folder; a program needs none.
 * @param standInUrl base URL of a stand-in, for `${standIns.<name>}` in configuration values
 * @throws UserError naming each mistake
 */
export function readLocalSettings(cwd: string, standInUrl: (name: string) => string): LocalSettings {
  const path = resolve(cwd, FILE);
  const parsed = schema.safeParse(existsSync(path) ? (parse(readFileSync(path, "utf8")) ?? {}) : {});
  if (!parsed.success) throw new UserError(`${path} is not valid:\n${z.prettifyError(parsed.error)}`);
  const standIns = new Map(
    Object.entries(parsed.data.standIns).map(([name, module]) => [name, resolve(cwd, module)]),
  );
  for (const [name, module] of standIns) {
    if (!existsSync(module))
      throw new UserError(`${path}: the module of stand-in ${name} does not exist: ${module}`);
  }
  const fill = (text: string): string =>
    text.replace(/\$\{standIns\.([^}]*)\}/g, (_reference, name: string) => {
      if (!standIns.has(name)) throw new UserError(`${path}: there is no stand-in named ${name}`);
      return standInUrl(name);
    });
  const config = Object.entries(parsed.data.config).map(([key, value]) => [
    key,
    typeof value === "string" ? fill(value) : value,
  ]);
  return { standIns, config: Object.fromEntries(config) };
}
