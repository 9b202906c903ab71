/** The part of JSONPath that mapping templates commonly use: `$`, `.name`, `['name']`, `[0]`. */
import { notSupported } from "../../core/errors.ts";

const STEP = /\.([\p{L}_$][\p{L}\p{N}_$-]*)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]/uy;

/** Finds the value of a path; undefined when there is none. */
export type JsonPath = (document: unknown) => unknown;

/** @throws AwsError NotImplemented, naming a path with filters, wildcards or functions */
export function compileJsonPath(path: string): JsonPath {
  const steps: (string | number)[] = [];
  if (!path.startsWith("$")) throw notSupported("apigateway", `the JSONPath ${path}`);
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (!match) throw notSupported("apigateway", `the JSONPath ${path}`);
    const [, name, single, double, index] = match;
    steps.push(index === undefined ? (name ?? single ?? double ?? "") : Number(index));
  }
  return (document) => steps.reduce(member, document);
}

function member(value: unknown, step: string | number): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined;
}
