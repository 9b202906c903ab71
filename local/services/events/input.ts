/**
 * What a target gets: the event itself, a part of it, a constant, or a template filled from it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
import { UserError } from "../../core/errors.ts";
import type { Properties, Resource } from "../../core/graph.ts";
import type { BusEvent } from "./event.ts";

/** What a template may name beside the event. */
export interface InputContext {
  readonly name: string;
  readonly arn: string;
  /** When EventBridge got the event, in ISO form; `time` is the sender's. */
  readonly ingestedAt: string;
}

/** The rule for making a target's input: JSON text out of the event. */
export type InputRules = (event: BusEvent, context: InputContext) => string;

/** @throws UserError naming what is not supported or not valid */
export function readInputRules(resource: Resource): InputRules {
  const { input, inputPath, inputTransformer } = resource.outputs;
  if (typeof input === "string" && input !== "") return () => input;
  if (typeof inputPath === "string" && inputPath !== "") {
    const path = readPath(inputPath, resource.name);
    return (event) => JSON.stringify(valueAt(event, path) ?? null);
  }
  if (typeof inputTransformer === "object" && inputTransformer !== null) {
    return readTransformer(inputTransformer as Properties, resource.name);
  }
  return (event) => JSON.stringify(event);
}

function readTransformer(transformer: Properties, name: string): InputRules {
  const template = String(transformer.inputTemplate ?? "");
  const inputPaths = Object.entries((transformer.inputPaths ?? {}) as Record<string, unknown>);
  const paths = new Map(inputPaths.map(([variable, path]) => [variable, readPath(String(path), name)]));
  return (event, { arn, name: rule, ingestedAt }) => {
    const values = new Map<string, unknown>([
      ["aws.events.rule-arn", arn],
      ["aws.events.rule-name", rule],
      ["aws.events.event.ingestion-time", ingestedAt],
      ["aws.events.event", { ...event, detail: undefined }],
      ["aws.events.event.json", event],
      ...[...paths].map(([variable, path]): [string, unknown] => [variable, valueAt(event, path)]),
    ]);
    return fill(template, values);
  };
}

/**
 * Puts values in place of `<name>`: as JSON, or inside a JSON string as the text itself, which is not escaped, as on AWS:
 * a quote in it spoils the JSON. Objects lose their quotes there (seen on AWS, not in its documentation).
 */
function fill(template: string, values: ReadonlyMap<string, unknown>): string {
  let quoted = false;
  return template.replaceAll(/\\.|"|<([^<>"\s]+)>/gs, (found, name: string | undefined) => {
    if (found === '"') quoted = !quoted;
    if (name === undefined || !values.has(name)) return found;
    const value = values.get(name);
    if (!quoted) return value === undefined ? '""' : JSON.stringify(value);
    return typeof value === "string" ? value : (JSON.stringify(value) ?? "").replaceAll('"', "");
  });
}

type Path = readonly (string | number)[];

const STEP = /\.([A-Za-z0-9_-]+)|\[(\d+)\]|\['([^']+)'\]|\["([^"]+)"\]/gy;

/** Reads `$.detail.items[0].name` and `$['detail']`. */
function readPath(path: string, target: string): Path {
  const steps: (string | number)[] = [];
  let position = 1;
  STEP.lastIndex = 1;
  for (let step = STEP.exec(path); step; step = STEP.exec(path)) {
    const [, name, index, single, double] = step;
    steps.push(index === undefined ? (name ?? single ?? double ?? "") : Number(index));
    position = STEP.lastIndex;
  }
  if (path.startsWith("$") && position === path.length) return steps;
  throw new UserError(
    `The path "${path}" of event target "${target}" is not supported: paths are like $.detail.items[0].name`,
  );
}

function valueAt(event: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string | number, unknown>)[step]
        : undefined,
    event,
  );
}
