/** What a change of an OpenAPI document means for clients. */
import { record } from "../diagram/properties.ts";
import { type AnyDocument, operationsOf } from "../openapi/operations.ts";
import { type ApiChange, type Resolve, schemaChanges } from "./api-schemas.ts";

type Members = Readonly<Record<string, unknown>>;

interface Operation {
  readonly name: string;
  readonly operation: Members;
}

/** All changes, the breaking ones first. */
export function apiChanges(before: Members, after: Members): ApiChange[] {
  const byRoute = (document: AnyDocument) =>
    new Map(operationsOf(document).map(({ route, operation }) => [route, operation]));
  const [old, current] = [byRoute(before), byRoute(after)];
  const added = [...current.keys()].filter((name) => !old.has(name));
  const removed = [...old.keys()].filter((name) => !current.has(name));
  const resolves = [resolver(before), resolver(after)] as const;
  const changed = [...old].flatMap(([name, operation]) => {
    const other = current.get(name);
    return other ? operationChanges({ name, operation }, other, [before, after], resolves) : [];
  });
  return [
    ...removed.map((name) => ({ breaking: true, text: `${name} is no more` })),
    ...changed,
    ...added.map((name) => ({ breaking: false, text: `${name} is new` })),
  ].toSorted((a, b) => Number(b.breaking) - Number(a.breaking));
}

/** Follows references to components; a reference that leads nowhere is any value. */
function resolver(document: Members): Resolve {
  const resolve = (schema: unknown, depth = 0): Members => {
    const { $ref } = record(schema);
    if (typeof $ref !== "string" || depth > 8) return record(schema);
    const path = $ref.replace(/^#\//, "").split("/");
    return resolve(
      path.reduce<unknown>((at, name) => record(at)[name], document),
      depth + 1,
    );
  };
  return (schema) => resolve(schema);
}

function operationChanges(
  { name, operation: before }: Operation,
  after: Members,
  documents: readonly [Members, Members],
  resolves: readonly [Resolve, Resolve],
): ApiChange[] {
  return [
    ...securityChanges(
      name,
      before.security ?? documents[0].security,
      after.security ?? documents[1].security,
    ),
    ...parameterChanges(name, before, after, resolves),
    ...bodyChanges(name, before, after, resolves),
    ...answerChanges(name, before, after, resolves),
  ];
}

function securityChanges(name: string, before: unknown, after: unknown): ApiChange[] {
  const ways = (security: unknown) =>
    (Array.isArray(security) ? security : []).map((one) => Object.keys(record(one)).sort().join(" and "));
  const [old, current] = [ways(before), ways(after)];
  if (old.join() === current.join()) return [];
  const isOpen = current.length === 0;
  const keepsAll = old.length > 0 && old.every((way) => current.includes(way));
  const text = `${name} asks for ${current.join(" or ") || "nothing"} instead of ${old.join(" or ") || "nothing"}`;
  return [{ breaking: !isOpen && !keepsAll, text }];
}

function parameterChanges(
  name: string,
  before: Members,
  after: Members,
  resolves: readonly [Resolve, Resolve],
): ApiChange[] {
  const old = parametersOf(before, resolves[0]);
  const current = parametersOf(after, resolves[1]);
  return [...new Set([...old.keys(), ...current.keys()])].flatMap((key): ApiChange[] => {
    const [one, other] = [old.get(key), current.get(key)];
    const path = `${name} ${key}`;
    if (!other) return [{ breaking: false, text: `${path} is no more` }];
    if (!one)
      return [
        {
          breaking: other.required === true,
          text: `${path} is new${other.required === true ? " and required" : ""}`,
        },
      ];
    const required = other.required === true && one.required !== true;
    return [
      ...(required ? [{ breaking: true, text: `${path} is required now` }] : []),
      ...schemaChanges(one.schema ?? {}, other.schema ?? {}, path, "sent", resolves),
    ];
  });
}

/** By place and name: `query limit`. */
function parametersOf({ parameters }: Members, resolve: Resolve): Map<string, Members> {
  const list = Array.isArray(parameters) ? parameters.map(resolve) : [];
  return new Map(list.map((parameter) => [`${parameter.in} ${parameter.name}`, parameter]));
}

function bodyChanges(
  name: string,
  before: Members,
  after: Members,
  resolves: readonly [Resolve, Resolve],
): ApiChange[] {
  const [old, current] = [resolves[0](before.requestBody), resolves[1](after.requestBody)];
  const isRequired = current.required === true && old.required !== true;
  return [
    ...(isRequired ? [{ breaking: true, text: `${name} body is required now` }] : []),
    ...contentChanges(`${name} body`, old.content, current.content, "sent", resolves),
  ];
}

function answerChanges(
  name: string,
  before: Members,
  after: Members,
  resolves: readonly [Resolve, Resolve],
): ApiChange[] {
  const [old, current] = [record(before.responses), record(after.responses)];
  const isGood = (status: string) => status.startsWith("2");
  const gone = Object.keys(old).filter((status) => isGood(status) && !(status in current));
  return [
    ...gone.map((status) => ({ breaking: true, text: `${name} answers no more with ${status}` })),
    ...Object.keys(current)
      .filter((status) => status in old)
      .flatMap((status) =>
        contentChanges(
          `${name} ${status}`,
          resolves[0](old[status]).content,
          resolves[1](current[status]).content,
          "answered",
          resolves,
        ),
      ),
  ];
}

function contentChanges(
  path: string,
  before: unknown,
  after: unknown,
  direction: "sent" | "answered",
  resolves: readonly [Resolve, Resolve],
): ApiChange[] {
  const [old, current] = [record(before), record(after)];
  return Object.keys(old).flatMap((type) =>
    type in current
      ? schemaChanges(record(old[type]).schema, record(current[type]).schema, path, direction, resolves)
      : [{ breaking: true, text: `${path} can no more be ${type}` }],
  );
}
