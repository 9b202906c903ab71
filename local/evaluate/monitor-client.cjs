/**
 * Loaded into a program's process before all else: the messages between Pulumi's SDK and the resource monitor go over the
 * channel that Node.js has to its parent. gRPC's HTTP/2, which would carry them, takes a fifth of the time of a large
 * program; the messages are the same.
 */
const Module = require("node:module");

/** https://grpc.io/docs/guides/status-codes/ */
const UNAVAILABLE = 14;

const waiting = new Map();
let last = 0;

const { channel } = process;
const send = process.send?.bind(process);
// A program that looks for a parent of its own finds none.
process.send = undefined;

const load = Module._load;
Module._load = function (request, parent, isMain) {
  const loaded = load.call(this, request, parent, isMain);
  if (/\/resource_grpc_pb(\.js)?$/.test(request) && loaded.ResourceMonitorService && channel)
    loaded.ResourceMonitorClient = clientOf(loaded.ResourceMonitorService);
  return loaded;
};

process.on("message", ({ id, response, code, details }) => {
  const { resolve, reject } = waiting.get(id);
  waiting.delete(id);
  // Nothing else keeps the program alive than what it waits for.
  if (waiting.size === 0) channel.unref();
  if (code === undefined) resolve(response);
  else reject(code, details);
});
channel?.unref();

/** A class with the methods of the one that gRPC makes: requests, and a function that is called with an error or the answer. */
function clientOf(service) {
  class MonitorClient {
    close() {}
  }
  for (const [name, method] of Object.entries(service)) {
    MonitorClient.prototype[name] = (request, ...rest) => call(name, method, request, rest.at(-1));
  }
  return MonitorClient;
}

function call(name, { requestSerialize, responseDeserialize }, request, answer) {
  const id = ++last;
  const reject = (code, details) => answer(Object.assign(new Error(details), { code, details }));
  const resolve = (response) => answer(null, responseDeserialize(Buffer.from(response)));
  if (waiting.size === 0) channel.ref();
  waiting.set(id, { resolve, reject });
  send({ id, method: name, request: requestSerialize(request) }, (error) => {
    if (error && waiting.delete(id)) reject(UNAVAILABLE, error.message);
  });
}
