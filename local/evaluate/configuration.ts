/** A stack's configuration as Pulumi hands it to a program: strings by key, structured values as JSON. */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isMap, isScalar, parseDocument } from "yaml";
import { UserError } from "../core/errors.ts";
import type { Project } from "./project.ts";

export interface Configuration {
  /** By full key (`<namespace>:<name>`). */
  readonly values: Readonly<Record<string, string>>;
  /** Full keys whose values are secret. */
  readonly secretKeys: readonly string[];
  /** What the user should know: values that could not be read. */
  readonly notices: readonly string[];
}

/** A value as a file has it: text, or a structure. */
type Raw = unknown;

/**
 * Reads the configuration of a stack: the stack file's values, else the defaults in Pulumi.yaml.
 * Encrypted values cannot be read without the stack's passphrase; stand-ins take their place.
 * @param stack name of the stack; its file may be absent
 * @param overrides values that win over those of the files, by key or by path (`project:key.member[0]`)
 * @throws UserError when a file is not valid, or lacks a value that Pulumi.yaml asks for
 */
export function readConfiguration(
  project: Project,
  stack: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Configuration {
  const name = stack.split("/").at(-1) ?? stack;
  const file = join(project.stackFolder, `Pulumi.${name}.yaml`);
  const stackText = existsSync(file) ? readFileSync(file, "utf8") : "";
  const values = new Map<string, Raw>();
  for (const [key, value] of readSection(file, stackText)) values.set(fullKey(project.name, key), value);
  const secret = new Set([...values].filter(([, value]) => containsSecure(value)).map(([key]) => key));
  const required = addDefaults(project, values, secret);
  for (const [key, value] of Object.entries(overrides)) override(values, fullKey(project.name, key), value);
  for (const key of required) {
    if (!values.has(key)) throw new UserError(`Stack ${stack} is missing configuration value ${key}.`);
  }
  const notices = environmentNotices(file, stackText);
  const texts = [...values].map(([key, value]) => {
    const readable = replaceSecure(value, key.slice(key.indexOf(":") + 1), (path, standIn) => {
      const place = `${key.slice(0, key.indexOf(":") + 1)}${path}`;
      notices.push(
        `The encrypted value of ${place} in ${basename(file)} cannot be read here; "${standIn}" stands in for it.`,
      );
    });
    return [key, typeof readable === "string" ? readable : JSON.stringify(readable)] as const;
  });
  return { values: Object.fromEntries(texts), secretKeys: [...secret], notices };
}

/** Keys without a namespace belong to the project; `<namespace>:config:<name>` is the old form of a key. */
function fullKey(project: string, key: string): string {
  if (!key.includes(":")) return `${project}:${key}`;
  return key.replace(/^([^:]+):config:/, "$1:");
}

/** The entries of a file's `config` section. Scalars are taken as they are written: `1.50` is not 1.5. */
function readSection(file: string, text: string): [string, Raw][] {
  const document = parseDocument(text);
  if (document.errors[0]) throw new UserError(`${file} is not valid YAML: ${document.errors[0].message}`);
  const section = document.get("config");
  if (!isMap(section)) return [];
  return section.items.map((pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
    const node = pair.value;
    if (isScalar(node))
      return [
        key,
        typeof node.value === "string" ? node.value : node.value === null ? "" : (node.source ?? ""),
      ];
    const value: Raw = isMap(node) || node !== null ? section.toJS(document)[key] : "";
    return [key, value];
  });
}

/**
 * Adds what Pulumi.yaml says of keys that the stack does not set.
 * https://www.pulumi.com/docs/iac/concepts/projects/project-file/#config-options
 * @returns keys that must have a value
 */
function addDefaults(project: Project, values: Map<string, Raw>, secret: Set<string>): string[] {
  const required: string[] = [];
  for (const [name, declaration] of readSection(project.file, project.text)) {
    const key = fullKey(project.name, name);
    if (!isObject(declaration)) {
      if (!values.has(key)) values.set(key, declaration);
      continue;
    }
    if (declaration.secret === true) secret.add(key);
    const value = declaration.value ?? declaration.default;
    if (value === undefined) required.push(key);
    else if (!values.has(key)) values.set(key, value);
  }
  return required;
}

/** Sets a value by its key, or below it by a path. */
function override(values: Map<string, Raw>, key: string, value: unknown): void {
  const colon = key.indexOf(":") + 1;
  const [name = "", ...members] = key.slice(colon).match(/"[^"]*"|[^.[\]"]+/g) ?? [];
  if (values.has(key) || members.length === 0) {
    values.set(key, value);
    return;
  }
  const base = key.slice(0, colon) + name;
  values.set(base, setMember(values.get(base), members, value));
}

function setMember(target: Raw, [member, ...rest]: readonly string[], value: unknown): Raw {
  if (member === undefined) return value;
  const name = member.replace(/^"(.*)"$/, "$1");
  if (Array.isArray(target))
    return Object.assign([...target], { [name]: setMember(target[Number(name)], rest, value) });
  const members = isObject(target) ? target : {};
  return { ...members, [name]: setMember(members[name], rest, value) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecure(value: Raw): boolean {
  return isObject(value) && typeof value.secure === "string" && Object.keys(value).length === 1;
}

function containsSecure(value: Raw): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isSecure(value) || Object.values(value).some(containsSecure);
}

/** Puts stand-ins in the place of encrypted values. */
function replaceSecure(value: Raw, path: string, replaced: (path: string, standIn: string) => void): Raw {
  if (isSecure(value)) {
    const standIn = `local-${path}`;
    replaced(path, standIn);
    return standIn;
  }
  if (Array.isArray(value))
    return value.map((item, index) => replaceSecure(item, `${path}[${index}]`, replaced));
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    replaceSecure(member, `${path}.${name}`, replaced),
  ]);
  return Object.fromEntries(members);
}

function environmentNotices(file: string, text: string): string[] {
  if (parseDocument(text).get("environment") === undefined) return [];
  return [`${basename(file)} imports a Pulumi ESC environment, which is not read here.`];
}
