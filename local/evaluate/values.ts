/** Translates between Pulumi's wire format (protobuf Struct with signed objects) and the graph's values. */
import { resolve } from "node:path";
import structs, { type JavaScriptValue, type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { UserError } from "../core/errors.ts";
import type { Archive, Asset, Properties, Value } from "../core/graph.ts";

/** Marks an object that stands for something else. https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** What the SDK sends for a value that nobody knows yet; here that can only be an output that never resolved. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

interface Wire {
  readonly [name: string]: JavaScriptValue;
}

/** Properties of a resource, with their secrets unwrapped. */
export interface Decoded {
  readonly properties: Properties;
  /** Names of the top-level properties that are secret or contain secrets. */
  readonly secrets: readonly string[];
}

/**
 * Reads properties from the wire.
 * @param folder the program's folder, against which asset paths resolve
 * @param nulls whether members of objects that are null count; AWS's provider takes them as not set
 * @throws UserError for assets that live at a URL
 */
export function decode(struct: Struct | undefined, folder: string, nulls: "keep" | "drop"): Decoded {
  const secrets: string[] = [];
  const properties: Record<string, Value> = {};
  for (const [name, raw] of Object.entries(struct?.toJavaScript() ?? {})) {
    const reader = new Reader(folder, nulls);
    const value = reader.read(raw);
    if (value === undefined || (value === null && nulls === "drop")) continue;
    properties[name] = value;
    if (reader.sawSecret) secrets.push(name);
  }
  return { properties, secrets };
}

class Reader {
  sawSecret = false;
  readonly #folder: string;
  readonly #nulls: "keep" | "drop";

  constructor(folder: string, nulls: "keep" | "drop") {
    this.#folder = folder;
    this.#nulls = nulls;
  }

  read(raw: JavaScriptValue | undefined): Value | undefined {
    if (raw === undefined || raw === UNKNOWN) return undefined;
    if (raw === null || typeof raw !== "object") return raw;
    if (Array.isArray(raw)) return raw.map((item) => this.read(item) ?? null);
    const wire = raw as Wire;
    switch (wire[SIGNATURE]) {
      case undefined:
        return this.#members(wire);
      case SECRET:
        this.sawSecret = true;
        return this.read(wire.value);
      case OUTPUT:
        if (wire.secret === true) this.sawSecret = true;
        return this.read(wire.value);
      case RESOURCE:
        return this.read(wire.id === undefined || wire.id === "" ? wire.urn : wire.id);
      case ASSET:
        return this.#asset(wire);
      case ARCHIVE:
        return this.#archive(wire);
      default:
        throw new Error(`unknown signature ${String(wire[SIGNATURE])} in a property`);
    }
  }

  #members(wire: Wire): Properties {
    const properties: Record<string, Value> = {};
    for (const [name, raw] of Object.entries(wire)) {
      const value = this.read(raw);
      if (value !== undefined && (value !== null || this.#nulls === "keep")) properties[name] = value;
    }
    return properties;
  }

  #asset(wire: Wire): Asset {
    if (typeof wire.path === "string") return { kind: "asset", path: resolve(this.#folder, wire.path) };
    if (typeof wire.uri === "string") throw remote("RemoteAsset", wire.uri);
    return { kind: "asset", text: String(wire.text ?? "") };
  }

  #archive(wire: Wire): Archive {
    if (typeof wire.path === "string") return { kind: "archive", path: resolve(this.#folder, wire.path) };
    if (typeof wire.uri === "string") throw remote("RemoteArchive", wire.uri);
    const assets: Record<string, Asset | Archive> = {};
    for (const [name, raw] of Object.entries((wire.assets ?? {}) as Wire)) {
      const member = this.read(raw);
      if (isFile(member)) assets[name] = member;
    }
    return { kind: "archive", assets };
  }
}

function remote(kind: string, uri: string): UserError {
  return new UserError(
    `The local cloud does not support ${kind} (${uri}): it reads files of this machine only.`,
  );
}

/**
 * Writes properties to the wire.
 * Properties with assets or archives are left out: for those the SDK keeps what the program gave.
 * @param secrets names of the properties to mark as secret
 */
export function encode(properties: Properties, secrets: ReadonlySet<string> = new Set()): Struct {
  const wire: Record<string, JavaScriptValue> = {};
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || containsFile(value)) continue;
    const plain = toWire(value);
    wire[name] = secrets.has(name) ? { [SIGNATURE]: SECRET, value: plain } : plain;
  }
  return structs.Struct.fromJavaScript(wire);
}

function toWire(value: Value): JavaScriptValue {
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map(toWire);
  const wire: Record<string, JavaScriptValue> = {};
  for (const [name, member] of Object.entries(value as Properties)) {
    if (member !== undefined) wire[name] = toWire(member);
  }
  return wire;
}

function containsFile(value: Value | undefined): boolean {
  if (value === undefined || value === null || typeof value !== "object") return false;
  if (isList(value)) return value.some(containsFile);
  return isFile(value) || Object.values(value).some(containsFile);
}

/** Whether a value is an asset or an archive. */
function isFile(value: Value | undefined): value is Asset | Archive {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  return (
    (value.kind === "asset" || value.kind === "archive") &&
    ("path" in value || "text" in value || "assets" in value)
  );
}

function isList(value: object): value is readonly Value[] {
  return Array.isArray(value);
}
