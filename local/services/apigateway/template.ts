/**
 * Mapping templates in the Velocity Template Language, with API Gateway's variables and functions.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
import { Compile, parse } from "velocityjs";
import { notSupported, UserError } from "../../core/errors.ts";
import { requestContextOf } from "./context-variables.ts";
import type { Exchange } from "./exchange.ts";
import { configurationError } from "./gateway-error.ts";
import { inputOf, UTIL } from "./template-functions.ts";

/** What a template changes beside the text it makes. */
export interface Overrides {
  status: number | undefined;
  /** Headers of the answer by name. */
  readonly header: Record<string, string>;
}

export interface Rendering {
  readonly text: string;
  readonly overrides: Overrides;
}

/** @param body what the template reads: of the request, or of the backend's answer */
export type Template = (exchange: Exchange, body: string) => Rendering;

/** The functions that are supported, by variable. */
const FUNCTIONS: Readonly<Record<string, ReadonlySet<string>>> = {
  input: new Set(["json", "path", "params"]),
  util: new Set(Object.keys(UTIL)),
};

const UNSUPPORTED_DIRECTIVES = new Set(["macro", "macro_call", "define", "evaluate", "stop"]);

/**
 * @param where for messages, such as `the request template of POST /tasks`
 * @throws UserError when it does not parse; AwsError NotImplemented, naming what is not supported
 */
export function compileTemplate(source: string, where: string): Template {
  const syntax = parseTemplate(source, where);
  check(syntax, where);
  const compiled = new Compile(syntax, { escape: false });
  return (exchange, body) => {
    const overrides: Overrides = { status: undefined, header: {} };
    const variables = {
      input: inputOf(exchange, body),
      util: UTIL,
      context: { ...requestContextOf(exchange), responseOverride: overrides },
      stageVariables: exchange.stage.variables,
    };
    try {
      return { text: compiled.render(variables, {}), overrides };
    } catch (error) {
      throw configurationError(`${where} failed: ${error instanceof Error ? error.message : error}`);
    }
  };
}

function parseTemplate(source: string, where: string) {
  try {
    return parse(source);
  } catch (error) {
    throw new UserError(
      `The template (${where}) does not parse: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Walks the syntax tree and refuses directives and functions that are not supported. */
function check(node: unknown, where: string): void {
  if (Array.isArray(node)) {
    for (const part of node) check(part, where);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const { type, id, path } = node as { type?: string; id?: unknown; path?: readonly Step[] };
  if (type !== undefined && UNSUPPORTED_DIRECTIVES.has(type))
    throw notSupported("apigateway", `#${String(id)} in a template (${where})`);
  if (type === "references") checkReference(String(id), path?.[0], path?.[1], where);
  for (const part of Object.values(node)) check(part, where);
}

interface Step {
  readonly type: string;
  readonly id: unknown;
}

function checkReference(root: string, step: Step | undefined, next: Step | undefined, where: string): void {
  const functions = FUNCTIONS[root];
  if (functions && step?.type === "method" && !functions.has(String(step.id)))
    throw notSupported("apigateway", `$${root}.${String(step.id)} in a template (${where})`);
  if (root === "context" && step?.id === "requestOverride")
    throw notSupported("apigateway", `$context.requestOverride in a template (${where})`);
  if (root === "context" && step?.id === "responseOverride" && next?.id !== "header" && next?.id !== "status")
    throw notSupported(
      "apigateway",
      `$context.responseOverride.${String(next?.id)} in a template (${where})`,
    );
}
