/** What the `random` provider would make, as pure functions. https://www.pulumi.com/registry/packages/random/api-docs/ */
import type { Properties, RegisteredResource } from "../../core/graph.ts";
import type { Outputs, OutputsOf } from "../../core/service.ts";
import { DEFAULT_SPECIAL, randomText, SeededRandom } from "./values.ts";

const ADJECTIVES = [
  "brave",
  "calm",
  "clever",
  "eager",
  "gentle",
  "keen",
  "lively",
  "proud",
  "quick",
  "wise",
] as const;
const ADVERBS = ["boldly", "calmly", "gladly", "kindly", "neatly", "openly", "rarely", "surely"] as const;
const ANIMALS = [
  "badger",
  "falcon",
  "heron",
  "lynx",
  "marten",
  "otter",
  "raven",
  "stork",
  "tern",
  "wolf",
] as const;

/** A change of the keepers makes a new value, any other change of inputs as well. */
function streamOf(resource: RegisteredResource): SeededRandom {
  return new SeededRandom(`${resource.urn}${JSON.stringify(resource.inputs)}`);
}

function text(resource: RegisteredResource): { result: string; defaults: Properties } {
  const { inputs } = resource;
  const flag = (name: string): boolean => inputs[name] !== false;
  const count = (name: string): number => Number(inputs[name] ?? 0);
  const defaults = {
    upper: flag("upper"),
    lower: flag("lower"),
    numeric: flag("numeric") && flag("number"),
    special: flag("special"),
    minUpper: count("minUpper"),
    minLower: count("minLower"),
    minNumeric: count("minNumeric"),
    minSpecial: count("minSpecial"),
  };
  const overrideSpecial =
    typeof inputs.overrideSpecial === "string" ? inputs.overrideSpecial : DEFAULT_SPECIAL;
  const rules = { ...defaults, length: count("length"), overrideSpecial };
  return { result: randomText(streamOf(resource), rules), defaults };
}

function randomString(resource: RegisteredResource): Outputs {
  const { result, defaults } = text(resource);
  return { id: result, result, ...defaults };
}

function randomPassword(resource: RegisteredResource): Outputs {
  const { result, defaults } = text(resource);
  return { id: "none", result, ...defaults };
}

function randomId(resource: RegisteredResource): Outputs {
  const bytes = streamOf(resource).bytes(Number(resource.inputs.byteLength ?? 0));
  const prefix = typeof resource.inputs.prefix === "string" ? resource.inputs.prefix : "";
  const hex = bytes.toString("hex");
  return {
    id: bytes.toString("base64url"),
    b64Url: `${prefix}${bytes.toString("base64url")}`,
    b64Std: `${prefix}${bytes.toString("base64")}`,
    hex: `${prefix}${hex}`,
    dec: `${prefix}${hex === "" ? "0" : BigInt(`0x${hex}`)}`,
  };
}

function randomBytes(resource: RegisteredResource): Outputs {
  const bytes = streamOf(resource).bytes(Number(resource.inputs.length ?? 0));
  return { id: "none", base64: bytes.toString("base64"), hex: bytes.toString("hex") };
}

/** A UUID of version 4: random but for the version and variant digits. */
function randomUuid(resource: RegisteredResource): Outputs {
  const bytes = streamOf(resource).bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const result = bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { id: result, result };
}

function randomInteger(resource: RegisteredResource): Outputs {
  const min = Number(resource.inputs.min ?? 0);
  const max = Number(resource.inputs.max ?? 0);
  const result = min + streamOf(resource).below(max - min + 1);
  return { id: String(result), result };
}

function randomPet(resource: RegisteredResource): Outputs {
  const random = streamOf(resource);
  const { length, separator, prefix } = resource.inputs;
  const words = Number(length ?? 2);
  const adverbs = Array.from({ length: Math.max(0, words - 2) }, () => random.pick(ADVERBS));
  const adjective = words > 1 ? [random.pick(ADJECTIVES)] : [];
  const start = typeof prefix === "string" ? [prefix] : [];
  const parts = [...start, ...adverbs, ...adjective, random.pick(ANIMALS)];
  return {
    id: parts.join(typeof separator === "string" ? separator : "-"),
    length: words,
    separator: separator ?? "-",
  };
}

function randomShuffle(resource: RegisteredResource): Outputs {
  const { inputs: items, resultCount } = resource.inputs;
  const all = streamOf(resource).shuffle(Array.isArray(items) ? items.map(String) : []);
  const count = Number(resultCount ?? all.length);
  const results = Array.from(
    { length: all.length > 0 ? count : 0 },
    (_, index) => all[index % all.length] ?? "",
  );
  return { id: "-", results };
}

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "random:index/randomBytes:RandomBytes": randomBytes,
  "random:index/randomId:RandomId": randomId,
  "random:index/randomInteger:RandomInteger": randomInteger,
  "random:index/randomPassword:RandomPassword": randomPassword,
  "random:index/randomPet:RandomPet": randomPet,
  "random:index/randomShuffle:RandomShuffle": randomShuffle,
  "random:index/randomString:RandomString": randomString,
  "random:index/randomUuid:RandomUuid": randomUuid,
};
