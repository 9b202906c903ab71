import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";
import { type ClientSources, withSelfRegistration } from "./sdk-errors.ts";

/**
 * The whole of what a function needs of the SDK's search for credentials: Lambda puts them into the environment.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
const ENVIRONMENT_CREDENTIALS = `
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env;
  if (!accessKeyId || !secretAccessKey) {
    throw new Error("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: this bundle takes credentials from the environment alone");
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
};
`;

/** Reads profiles from files in the home directory. */
const PROFILES = /[\\/]@smithy[\\/]core[\\/]dist-es[\\/].*[\\/]loadSharedConfigFiles\.js$/;
const NO_PROFILES = `
export { CONFIG_PREFIX_SEPARATOR } from "./constants";
export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });
`;

/** Ask whether a body is a stream of the web. To name their class is to load them, so its method is asked for before. */
const BODY_CHECKS =
  /[\\/]@smithy[\\/]core[\\/]dist-es[\\/].*[\\/](?:stream-type-check|isStreamingPayload)\.js$/;
const CHECK = /typeof ReadableStream [!=]== "\w+" &&(?=\s[^;]*?(\w+(?:\?\.body)?) instanceof ReadableStream)/;

/** Computes checksums of answers, which are never streams of the web where Node's own HTTP client gets them. */
const CHECKSUMS = /[\\/]@smithy[\\/]core[\\/]dist-es[\\/].*[\\/]createChecksumStream\.js$/;
const CHECKSUMS_OF_NODE_STREAMS = `
import { ChecksumStream } from "./ChecksumStream";
export const createChecksumStream = (init) => new ChecksumStream(init);
`;

/**
 * Asks for event streams when an operation has one. esbuild cannot leave out anything of a module that is imported so, nor of
 * what it uses in turn: it would keep, and load, the whole of the SDK's core.
 */
const PROTOCOL = /[\\/]@smithy[\\/]core[\\/]dist-es[\\/].*[\\/]HttpProtocol\.js$/;
const EVENT_STREAMS_IMPORT = 'await import("@smithy/core/event-streams")';
/** What a client whose service has event streams calls when it is made: from then on they are known. */
const EVENT_STREAMS_CONFIG = /[\\/]@smithy[\\/]core[\\/]dist-es[\\/].*[\\/]EventStreamSerdeConfig\.js$/;
const KNOWN_EVENT_STREAMS = "known-event-streams";
const KNOWN_EVENT_STREAMS_MODULE = `
let known;
export const know = (eventStreams) => { known = eventStreams; };
export const knownEventStreams = () => {
  if (!known) throw new Error("An operation has an event stream, and its client said nothing of event streams");
  return known;
};
`;
const CONFIG_THAT_KNOWS = `
import { know } from "${KNOWN_EVENT_STREAMS}";
import { EventStreamSerde } from "../EventStreamSerde";
import { eventStreamSerdeProvider } from "../eventstream-serde/EventStreamMarshaller";
export const resolveEventStreamSerdeConfig = (input) => {
  know({ EventStreamSerde, eventStreamSerdeProvider });
  return Object.assign(input, { eventStreamMarshaller: input.eventStreamSerdeProvider(input) });
};
`;

/** Hashes in JavaScript, for a Node.js that was built without OpenSSL. Lambda's has it. */
const HASHES_IN_JAVASCRIPT = /[\\/]@smithy[\\/]core[\\/]dist-es[\\/].*[\\/]Sha256Js\.js$/;

/** Where clients remember addresses that a service told them. A Map keeps the order of its keys, so it can do the same. */
const ADDRESS_CACHE = `
export default class {
  constructor(capacity) { this.capacity = capacity; this.known = new Map(); }
  has(key) { return this.known.has(key); }
  peek(key) { return this.known.get(key); }
  get(key) {
    const value = this.known.get(key);
    if (this.known.delete(key)) this.known.set(key, value);
    return value;
  }
  set(key, value) {
    this.known.delete(key);
    this.known.set(key, value);
    if (this.known.size > this.capacity) this.known.delete(this.known.keys().next().value);
  }
  clear() { this.known.clear(); }
}
`;

/** Modules in which a client describes the shapes of all its operations. */
const SCHEMAS = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/;

/** Modules in which a client has the classes of its errors. */
const ERRORS = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]models[\\/]errors\.js$/;

/** One description: an array at the top level of such a module. */
const DESCRIPTION = /^(export var \w+\$? = )(\[[^;]*?\]);$/gms;

/** A client tells AWS its version, and nothing else of its package. */
const PACKAGE = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/;

/**
 * Leaves out what functions do not need of the AWS SDK for JavaScript: the search for credentials in profiles, single
 * sign-on and metadata services (130 KB, 10 ms of a cold start), profiles in files (2 ms), streams of the web unless a body
 * may be one (3 ms), and the descriptions of operations that are not used
 * (60 KB of the S3 client), which esbuild keeps by itself: computed property names (`{ [_hH]: … }`) could have effects; and
 * errors that a function does not name (50 KB of Parameter Store's client).
 */
export const sdkPlugin: Plugin = {
  name: "sdk",
  setup(build) {
    /** By client: two of its modules are made of them, in every bundle. Whoever changes packages starts anew. */
    const clients = new Map<string, Promise<ClientSources>>();
    const clientOf = (path: string): Promise<ClientSources> => {
      const folder = join(dirname(path), "..");
      const sources = clients.get(folder) ?? clientSources(folder);
      clients.set(folder, sources);
      return sources;
    };
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ path }) => ({
      path,
      namespace: "environment-credentials",
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: "environment-credentials" }, () => ({
      contents: ENVIRONMENT_CREDENTIALS,
    }));
    build.onResolve({ filter: /^mnemonist\/lru-cache$/ }, ({ path, importer }) =>
      /[\\/]@aws-sdk[\\/]endpoint-cache[\\/]/.test(importer)
        ? { path, namespace: "address-cache", sideEffects: false }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "address-cache" }, () => ({ contents: ADDRESS_CACHE }));
    build.onLoad({ filter: HASHES_IN_JAVASCRIPT }, () => ({
      contents: "export const Sha256Js = undefined;",
    }));
    build.onLoad({ filter: PROFILES }, () => ({ contents: NO_PROFILES }));
    build.onLoad({ filter: CHECKSUMS }, () => ({ contents: CHECKSUMS_OF_NODE_STREAMS }));
    build.onResolve({ filter: new RegExp(`^${KNOWN_EVENT_STREAMS}$`) }, ({ path }) => ({
      path,
      namespace: "event-streams",
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: "event-streams" }, () => ({
      contents: KNOWN_EVENT_STREAMS_MODULE,
    }));
    build.onLoad({ filter: EVENT_STREAMS_CONFIG }, () => ({ contents: CONFIG_THAT_KNOWS }));
    build.onLoad({ filter: PROTOCOL }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const begin = `import { knownEventStreams } from "${KNOWN_EVENT_STREAMS}";`;
      return { contents: `${begin}\n${source.replace(EVENT_STREAMS_IMPORT, "knownEventStreams()")}` };
    });
    build.onLoad({ filter: BODY_CHECKS }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      return { contents: source.replace(CHECK, 'typeof $1?.getReader === "function" &&') };
    });
    build.onLoad({ filter: SCHEMAS }, async ({ path }) => {
      const { schemas } = await clientOf(path);
      return { contents: schemas.replace(DESCRIPTION, "$1/* @__PURE__ */ (() => $2)();") };
    });
    build.onLoad({ filter: ERRORS }, async ({ path }) => ({ contents: (await clientOf(path)).errors }));
    build.onLoad({ filter: PACKAGE }, async ({ path }) => {
      const { version }: { readonly version: string } = JSON.parse(await readFile(path, "utf8"));
      return { contents: JSON.stringify({ version }), loader: "json" };
    });
  },
};

/** @param folder of the client's modules */
async function clientSources(folder: string): Promise<ClientSources> {
  const read = (name: string) => readFile(join(folder, name), "utf8");
  return withSelfRegistration({
    settings: await read("runtimeConfig.shared.js"),
    schemas: await read("schemas/schemas_0.js"),
    errors: await read("models/errors.js"),
  });
}
