/**
 * Loaded into a program's process before all else. Pulumi's SDK is the same, but for work that nobody here asks for,
 * which takes a third of the time of a large program:
 *
 * - it loads what only some programs use (TypeScript, npm's dependency trees, tracing): here that is loaded when used;
 * - it notes a stack trace for each property and each resource, which only Pulumi's engine or its search for leaked
 *   promises would read: here they are empty, and the traces of errors stay as they are;
 * - it debugs itself all the time, to know the source of functions that are serialized: here from the first of them on.
 */
const { Session } = require("node:inspector");
const Module = require("node:module");

const LOADED_WHEN_USED = new Set(["@npmcli/arborist", "normalize-package-data", "../../typescript-shim"]);

/** Of these the SDK takes functions and classes at once, to call them later or never. */
const LOADED_WHEN_CALLED = new Set([
  "@opentelemetry/exporter-zipkin",
  "@opentelemetry/instrumentation",
  "@opentelemetry/instrumentation-grpc",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace-base",
  "@opentelemetry/sdk-trace-node",
]);

/** Its modules that load them. */
const LOADERS = /\/(?:runtime\/closure\/\w+|cmd\/run\/tracing)\.js$/;

/** Changes to modules of the SDK, by the ends of their paths. */
const CHANGES = {
  "/debuggable": withoutTraces,
  "/resource": withoutPositions,
};

const load = Module._load;
Module._load = function (request, parent, isMain) {
  const importer = parent?.filename ?? "";
  if (!importer.includes("/@pulumi/pulumi/")) return load.call(this, request, parent, isMain);
  const loadNow = () => load.call(this, request, parent, isMain);
  if (LOADERS.test(importer)) {
    if (LOADED_WHEN_USED.has(request)) return whenUsed(loadNow);
    if (LOADED_WHEN_CALLED.has(request)) return whenCalled(loadNow);
  }
  const loaded = loadNow();
  if (request === "inspector" && importer.endsWith("/v8Hooks.js")) return { Session: LateSession };
  CHANGES[request.slice(request.lastIndexOf("/"))]?.(loaded);
  return loaded;
};

/** Stands for a module that TypeScript's helpers for imports take as it is. */
function whenUsed(loadNow) {
  let loaded;
  const real = () => {
    loaded ??= loadNow();
    return loaded;
  };
  const get = (_, name) => {
    if (name === "__esModule") return true;
    return name === "default" && !real().__esModule ? real() : real()[name];
  };
  return new Proxy({}, { get, has: (_, name) => name in real() });
}

function whenCalled(loadNow) {
  const get = (_, name) =>
    function (...values) {
      const member = loadNow()[name];
      return new.target ? Reflect.construct(member, values) : member(...values);
    };
  return new Proxy({}, { get });
}

const changed = new WeakSet();

function withoutTraces(debuggable) {
  const { debuggablePromise } = debuggable;
  if (!debuggablePromise || changed.has(debuggable)) return;
  changed.add(debuggable);
  debuggable.debuggablePromise = (promise, context) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}

function withoutPositions({ Resource }) {
  if (Resource?.callsites) Resource.callsites = () => [];
}

/** An inspector's session that begins with the first question; V8 then tells of all scripts that are loaded already. */
class LateSession extends Session {
  #isConnected = false;

  connect() {}

  post(method, ...rest) {
    if (!this.#isConnected && method === "Debugger.enable") return rest.at(-1)(null);
    if (!this.#isConnected) {
      this.#isConnected = true;
      super.connect();
      super.post("Debugger.enable");
    }
    super.post(method, ...rest);
  }
}
