/** Conditional requests: https://www.rfc-editor.org/rfc/rfc9110#name-preconditions */
import { badRequest, preconditionFailed } from "./problem.ts";
import type { ApiRequest } from "./request.ts";

const ENTITY_TAG = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;
const MAX_LENGTH = 1024;

/** The entity tag of a version. */
export function etag(version: number): string {
  return `"${version}"`;
}

/**
 * The versions that the If-Match header names.
 * @returns undefined when any version will do: without the header, and for `*`
 * @throws Problem 400 when it is no list of entity tags
 * @throws Problem 412 when no tag in it can ever match; weak ones never do
 */
export function expectedVersions(request: ApiRequest): readonly number[] | undefined {
  const value = request.headers.get("if-match")?.join(",").trim();
  if (value === undefined || value === "*") return undefined;
  const tags = value.length > MAX_LENGTH ? [] : value.split(",").map((tag) => ENTITY_TAG.exec(tag.trim()));
  if (tags.length === 0 || tags.includes(null)) {
    throw badRequest("The header If-Match is not valid.", [
      { parameter: "if-match", detail: 'must be * or entity tags such as "3"', code: "invalid_etag" },
    ]);
  }
  const versions = tags.flatMap((tag) =>
    tag && !tag[1] && /^[1-9]\d{0,14}$/.test(tag[2] ?? "") ? [Number(tag[2])] : [],
  );
  if (versions.length === 0) throw staleVersion();
  return versions;
}

/** The answer to an If-Match that names no current version. */
export function staleVersion() {
  return preconditionFailed(
    "The item has another version than If-Match names. Read it again, then repeat the change.",
  );
}
