/** Reading AWS API calls and writing their answers, for services that are written here. */
import { AwsError, notSupported } from "./errors.ts";
import type { AwsCall, AwsReply } from "./service.ts";

/** The input of a JSON-protocol operation. */
export type JsonInput = Readonly<Record<string, unknown>>;

/** Operations of a service by name: input in, output out, errors thrown as `AwsError`. */
export type JsonOperations = Readonly<
  Record<string, (input: JsonInput, call: AwsCall) => unknown | Promise<unknown>>
>;

/** Answers a call of the JSON 1.0 or 1.1 protocol from a table of operations. */
export async function answerJson(
  service: string,
  operations: JsonOperations,
  call: AwsCall,
): Promise<AwsReply> {
  const name = call.operation ?? "";
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!operation) throw notSupported(service, name || `${call.method} ${call.path}`);
  return jsonReply(await operation(parseInput(call.body), call), call.headers["content-type"]);
}

/** The input in the body of a call of a JSON protocol; an empty body is an empty input. */
export function parseInput(body: Buffer): JsonInput {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8")) as JsonInput;
  } catch {
    throw new AwsError("SerializationException", "The body of the call is not valid JSON.");
  }
}

/** A JSON answer with the content type of the request, as AWS does. */
export function jsonReply(
  output: unknown,
  contentType = "application/x-amz-json-1.1",
  status = 200,
): AwsReply {
  return { status, headers: { "content-type": contentType }, body: JSON.stringify(output ?? {}) };
}
