import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

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

/** Modules in which a client describes the shapes of all its operations. */
const SCHEMAS = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;

/** One description: an array at the top level of such a module. */
const DESCRIPTION = /^(export var \w+\$? = )(\[[^;]*?\]);$/gms;

/** A client tells AWS its version, and nothing else of its package. */
const PACKAGE = /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/;

/**
 * Leaves out what functions do not need of the AWS SDK for JavaScript: the search for credentials in profiles, single
 * sign-on and metadata services (130 KB, 10 ms of a cold start), profiles in files (2 ms), streams of the web unless a body
 * may be one (3 ms), and the descriptions of operations that are not used
 * (60 KB of the S3 client), which esbuild keeps by itself: computed property names (`{ [_hH]: … }`) could have effects.
 */
export const sdkPlugin: Plugin = {
  name: "sdk",
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ path }) => ({
      path,
      namespace: "environment-credentials",
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: "environment-credentials" }, () => ({
      contents: ENVIRONMENT_CREDENTIALS,
    }));
    build.onLoad({ filter: PROFILES }, () => ({ contents: NO_PROFILES }));
    build.onLoad({ filter: CHECKSUMS }, () => ({ contents: CHECKSUMS_OF_NODE_STREAMS }));
    build.onLoad({ filter: BODY_CHECKS }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      return { contents: source.replace(CHECK, 'typeof $1?.getReader === "function" &&') };
    });
    build.onLoad({ filter: SCHEMAS }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      return { contents: source.replace(DESCRIPTION, "$1/* @__PURE__ */ (() => $2)();") };
    });
    build.onLoad({ filter: PACKAGE }, async ({ path }) => {
      const { version }: { readonly version: string } = JSON.parse(await readFile(path, "utf8"));
      return { contents: JSON.stringify({ version }), loader: "json" };
    });
  },
};
