/**
 * Loaded into a program's process before all else. Pulumi's SDK notes a stack trace for each property and each resource,
 * with source maps applied: half of the time that a large program takes, for traces that only Pulumi's engine or its
 * search for leaked promises would read. They are left empty here; the traces of errors stay as they are.
 */
const NOTED_BY = new Set(["debuggablePromise", "callsites"]);

let prepare;

function prepareUnlessNoted(error, callSites) {
  const top = callSites[0];
  const noted = NOTED_BY.has(top?.getFunctionName()) && top.getFileName()?.includes("@pulumi");
  return noted ? "" : prepare(error, callSites);
}

// The SDK's source map support puts its own function here by assignment.
Object.defineProperty(Error, "prepareStackTrace", {
  configurable: true,
  get: () => prepare && prepareUnlessNoted,
  set: (value) => {
    prepare = value;
  },
});
