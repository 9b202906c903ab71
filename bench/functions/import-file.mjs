/** Imports a file by one function: `node import-file.mjs <module> <state as JSON>`; the result goes to file descriptor 3. */
import { writeSync } from "node:fs";

const RESULT = 3;
/** Of an invocation; it ends itself some seconds before. */
const INVOCATION_MILLISECONDS = 60_000;
const KILOBYTE = 1024;
const [, , module, text] = process.argv;
const { handler } = await import(module);
const begin = performance.now();
let state = JSON.parse(text);
while (!state.done) {
  const end = Date.now() + INVOCATION_MILLISECONDS;
  const context = { functionName: "function", getRemainingTimeInMillis: () => end - Date.now() };
  state = await handler({ execution: "arn:aws:states:::execution:bench", state }, context);
  if (state.action !== "import") throw new Error(JSON.stringify(state));
}
const milliseconds = performance.now() - begin;
const peakBytes = process.resourceUsage().maxRSS * KILOBYTE;
writeSync(RESULT, JSON.stringify({ created: state.created, milliseconds, peakBytes }));
process.exit(0);
