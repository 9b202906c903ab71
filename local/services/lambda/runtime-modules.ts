/**
 * The packages that Lambda's Node.js runtime brings along: the AWS SDK, version 3.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const SCOPES = ["@aws-sdk", "@smithy"];

/**
 * Links the SDK clients that the program has, and else those that the local cloud has, with what they depend on, into
 * `folder/node_modules`, where the functions whose code stands below `folder` find them and nothing else of the program.
 * @param programFolder a folder from which the program's packages resolve
 */
export function linkRuntimeModules(programFolder: string, folder: string): void {
  const places = [join(programFolder, "program.js"), import.meta.url].flatMap(
    (origin) => createRequire(origin).resolve.paths("package") ?? [],
  );
  const waiting = SCOPES.flatMap((scope) => membersOf(scope, places));
  const done = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (done.has(name)) continue;
    done.add(name);
    const source = find(name, places);
    if (source === undefined) continue;
    const target = join(folder, "node_modules", name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(source, target);
    const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
    waiting.push(...Object.keys(manifest.dependencies ?? {}));
  }
}

function membersOf(scope: string, places: readonly string[]): string[] {
  return places
    .map((place) => join(place, scope))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder))
    .filter((name) => !name.startsWith("."))
    .map((name) => `${scope}/${name}`);
}

function find(name: string, places: readonly string[]): string | undefined {
  return places.map((folder) => join(folder, name)).find((path) => existsSync(join(path, "package.json")));
}
