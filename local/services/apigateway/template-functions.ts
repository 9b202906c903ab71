/** `$input` and `$util` of mapping templates. */
import type { Exchange } from "./exchange.ts";
import { compileJsonPath } from "./json-path.ts";

/** `$input`. Header names are compared as they stand, so a template that works here works on AWS. */
export function inputOf(exchange: Exchange, body: string) {
  let document: { readonly value: unknown } | undefined;
  const read = (path: string): unknown => {
    document ??= { value: parseBody(body) };
    return compileJsonPath(path)(document.value);
  };
  return {
    body,
    /** The value as JSON text; a missing one is an empty text. */
    json: (path: string): string => JSON.stringify(read(path)) ?? '""',
    path: (path: string): unknown => read(path) ?? "",
    params: (name?: string): unknown => {
      const all = parametersOf(exchange);
      if (name === undefined) return all;
      if (name === "path" || name === "querystring" || name === "header") return all[name];
      return all.path[name] ?? all.querystring[name] ?? all.header[name] ?? "";
    },
  };
}

function parametersOf(exchange: Exchange) {
  return {
    path: exchange.pathParameters ?? {},
    querystring: exchange.query?.single ?? {},
    header: exchange.headers.single,
  } satisfies Record<string, Readonly<Record<string, string>>>;
}

function parseBody(body: string): unknown {
  if (body === "") return {};
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** `$util` */
export const UTIL = {
  /** Java's escapeJavaScript: a single quote is escaped too, which JSON does not know. */
  escapeJavaScript: (value: unknown): string =>
    JSON.stringify(String(value))
      .slice(1, -1)
      .replaceAll("'", "\\'")
      .replaceAll("/", "\\/")
      .replace(/[\u0080-\uffff]/g, (character) => {
        const digits = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
        return `\\u${digits}`;
      }),
  parseJson: (text: unknown): unknown => JSON.parse(String(text)),
  /** As forms are encoded: a space is a plus sign. */
  urlEncode: (text: unknown): string => new URLSearchParams([["", String(text)]]).toString().slice(1),
  urlDecode: (text: unknown): string => decodeURIComponent(String(text).replaceAll("+", " ")),
  base64Encode: (text: unknown): string => Buffer.from(String(text), "utf8").toString("base64"),
  base64Decode: (text: unknown): string => Buffer.from(String(text), "base64").toString("utf8"),
};
