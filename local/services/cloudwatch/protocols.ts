/** The three protocols that CloudWatch's clients speak: forms answered in XML, JSON, and CBOR. */
import { AwsError } from "../../core/errors.ts";
import { jsonReply, parseInput } from "../../core/protocol.ts";
import type { AwsCall, AwsReply } from "../../core/service.ts";
import { decodeCbor } from "./cbor.ts";
import { encodeCbor } from "./cbor-writer.ts";

export type Input = Readonly<Record<string, unknown>>;

/** The input of a call. In forms every value is text; see `numberOf`. */
export function readInput(call: AwsCall): Input {
  const type = call.headers["content-type"] ?? "";
  if (type.startsWith("application/cbor")) {
    return call.body.length === 0 ? {} : (decodeCbor(call.body) as Input);
  }
  if (!type.startsWith("application/x-www-form-urlencoded")) return parseInput(call.body);
  return readForm(new URLSearchParams(call.body.toString("utf8")));
}

/** Answers in the protocol of the call. @param output undefined for an operation that answers nothing */
export function reply(call: AwsCall, output: object | undefined): AwsReply {
  if (call.headers["smithy-protocol"] === "rpc-v2-cbor") {
    const headers = { "smithy-protocol": "rpc-v2-cbor" };
    if (output === undefined) return { status: 200, headers, body: "" };
    return {
      status: 200,
      headers: { ...headers, "content-type": "application/cbor" },
      body: encodeCbor(output),
    };
  }
  if (call.headers["x-amz-target"] !== undefined) {
    return jsonReply(withSeconds(output ?? {}), "application/x-amz-json-1.0");
  }
  const name = call.operation ?? "";
  const result = output === undefined ? "" : `<${name}Result>${xmlOf(output)}</${name}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${call.requestId}</RequestId></ResponseMetadata>`;
  const namespace = "http://monitoring.amazonaws.com/doc/2010-08-01/";
  const body = `<${name}Response xmlns="${namespace}">${result}${metadata}</${name}Response>`;
  return { status: 200, headers: { "content-type": "text/xml" }, body };
}

/** @throws AwsError MissingParameter */
export function requiredText(input: Input, name: string): string {
  const value = input[name];
  if (typeof value === "string" && value !== "") return value;
  throw new AwsError("MissingParameter", `The parameter ${name} is required.`);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function membersOf(value: unknown): Input {
  return typeof value === "object" && value !== null ? (value as Input) : {};
}

/** Milliseconds since the epoch, of seconds or ISO text. */
export function timeOf(value: unknown): number | undefined {
  const seconds = numberOf(value);
  if (seconds !== undefined) return seconds * 1000;
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** `Dimensions` as calls spell them: a list of names and values. */
export function dimensionsOf(value: unknown): Record<string, string> {
  const pairs = listOf(value).map(membersOf);
  return Object.fromEntries(pairs.map(({ Name, Value }) => [String(Name), String(Value)]));
}

type Tree = Map<string, Tree | string>;

/** `MetricData.member.1.MetricName=…` becomes `{ MetricData: [{ MetricName: "…" }] }`. */
function readForm(form: URLSearchParams): Input {
  const root: Tree = new Map();
  for (const [name, value] of form) {
    const path = name.split(".");
    const last = path.pop() ?? "";
    let tree = root;
    for (const part of path) {
      const next = tree.get(part);
      const branch: Tree = next instanceof Map ? next : new Map();
      tree.set(part, branch);
      tree = branch;
    }
    tree.set(last, value);
  }
  return plain(root) as Input;
}

function plain(tree: Tree | string): unknown {
  if (typeof tree === "string") return tree;
  const members = tree.get("member");
  if (members instanceof Map) {
    const items = [...members].sort(([left], [right]) => Number(left) - Number(right));
    return items.map(([, item]) => plain(item));
  }
  return Object.fromEntries([...tree].map(([name, value]) => [name, plain(value)]));
}

/** Dates as JSON has them here: seconds since the epoch. */
function withSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(withSeconds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withSeconds(member)]));
}

function xmlOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => `<member>${xmlOf(item)}</member>`).join("");
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return members.map(([name, member]) => `<${name}>${xmlOf(member)}</${name}>`).join("");
  }
  return String(value).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
