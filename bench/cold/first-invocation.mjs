/**
 * Invokes a function once, as Lambda does in a new environment: `node first-invocation.mjs <module> <event as JSON>`. Writes to
 * file descriptor 3 what came of it, the milliseconds since the process began, and how many a processor worked for it.
 */
import { writeSync } from "node:fs";

const RESULT = 3;
const MICROSECONDS_PER_MILLISECOND = 1000;
const [, , module, event] = process.argv;
const context = {
  functionName: "function",
  functionVersion: "1",
  invokedFunctionArn: "arn:aws:lambda:eu-west-1:000000000000:function:function:live",
  memoryLimitInMB: "256",
  awsRequestId: "00000000-0000-4000-8000-000000000000",
  getRemainingTimeInMillis: () => 10_000,
};
const { handler } = await import(module);
const ready = performance.now();
const result = await handler(JSON.parse(event), context).catch((error) => ({ failed: error.stack }));
const end = performance.now();
const { user, system } = process.cpuUsage();
const loadsUndici = process.moduleLoadList.some((name) => name.includes("undici"));
writeSync(
  RESULT,
  JSON.stringify({ ready, end, cpu: (user + system) / MICROSECONDS_PER_MILLISECOND, result, loadsUndici }),
);
process.exit(0);
