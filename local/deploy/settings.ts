/** `local-cloud.yaml`: what stands in for the outside world when a program runs on one machine. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import type { Person } from "../core/apis.ts";
import { UserError } from "../core/errors.ts";

const FILE = "local-cloud.yaml";

const schema = z.strictObject({
  standIns: z.record(z.string().regex(/^[a-z0-9-]+$/), z.string()).default({}),
  config: z.record(z.string().regex(/^[^:]+:.+$/), z.unknown()).default({}),
  users: z
    .record(
      z.string().regex(/^[a-z0-9-]+$/),
      z.strictObject({ pool: z.string().min(1), group: z.string().min(1), username: z.string().min(1) }),
    )
    .default({}),
});

export interface LocalSettings {
  /** Absolute paths of the stand-ins' modules, by name. */
  readonly standIns: ReadonlyMap<string, string>;
  /** Configuration values by key or path (`project:key.path`), that take the place of the stack file's. */
  readonly config: Readonly<Record<string, unknown>>;
  /** People for whom tokens can be had (`npm run token`), by the name they are asked for by. */
  readonly users: Readonly<Record<string, Person>>;
}

const REFERENCE = /\$\{standIns\.([^}]*)\}/g;

/**
 * Reads the file from the program's folder; a program needs none.
 * @throws UserError naming each mistake
 */
export function readLocalSettings(cwd: string): LocalSettings {
  const path = resolve(cwd, FILE);
  const parsed = schema.safeParse(existsSync(path) ? (parse(readFileSync(path, "utf8")) ?? {}) : {});
  if (!parsed.success) throw new UserError(`${path} is not valid:\n${z.prettifyError(parsed.error)}`);
  const { config, users } = parsed.data;
  const standIns = new Map(
    Object.entries(parsed.data.standIns).map(([name, module]) => [name, resolve(cwd, module)]),
  );
  const missing = [...standIns].filter(([, module]) => !existsSync(module));
  const unknown = [...JSON.stringify(config).matchAll(REFERENCE)].filter(
    ([, name = ""]) => !standIns.has(name),
  );
  const problems = [
    ...missing.map(([name, module]) => `the module of stand-in ${name} does not exist: ${module}`),
    ...unknown.map(([, name]) => `there is no stand-in named ${name}`),
  ];
  if (problems.length > 0) throw new UserError(problems.map((problem) => `${path}: ${problem}`).join("\n"));
  return { standIns, config, users };
}

/** The configuration values, with `${standIns.<name>}` replaced by the stand-in's base URL. */
export function fillConfig(
  { config }: LocalSettings,
  standInUrl: (name: string) => string,
): Readonly<Record<string, unknown>> {
  const filled = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value.replace(REFERENCE, (_all, name: string) => standInUrl(name)) : value,
  ]);
  return Object.fromEntries(filled);
}
