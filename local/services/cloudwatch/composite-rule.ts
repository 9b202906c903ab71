/**
 * Rules of composite alarms: `ALARM("errors") AND NOT (OK(backlog) OR TRUE)`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
import { UserError } from "../../core/errors.ts";
import type { AlarmState } from "./alarm.ts";

export interface CompositeRule {
  /** Names of the alarms that the rule is about. */
  readonly alarms: readonly string[];
  /** @param stateOf the state of an alarm; undefined when there is none of this name */
  holds(stateOf: (name: string) => AlarmState | undefined): boolean;
}

type Node = (stateOf: (name: string) => AlarmState | undefined) => boolean;

const STATES: readonly string[] = ["OK", "ALARM", "INSUFFICIENT_DATA"] satisfies AlarmState[];
const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s()"]+)|([()]))/y;

/** @throws UserError saying what is wrong with the rule, or what of it is not supported */
export function readRule(text: string): CompositeRule {
  const reader = new Reader(text);
  const holds = reader.read();
  return { alarms: reader.alarms, holds };
}

class Reader {
  readonly alarms: string[] = [];
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  read(): Node {
    const node = this.#or();
    if (this.#next !== undefined) throw invalid(this.#next);
    return node;
  }

  get #next(): string | undefined {
    return this.#tokens[this.#position];
  }

  #take(): string {
    const token = this.#next;
    if (token === undefined) throw new UserError("The alarm rule ends too early.");
    this.#position += 1;
    return token;
  }

  #expect(wanted: string): void {
    const token = this.#take();
    if (token !== wanted) throw invalid(token);
  }

  #or(): Node {
    const parts = [this.#and()];
    while (this.#next === "OR") {
      this.#position += 1;
      parts.push(this.#and());
    }
    return (stateOf) => parts.some((part) => part(stateOf));
  }

  #and(): Node {
    const parts = [this.#not()];
    while (this.#next === "AND") {
      this.#position += 1;
      parts.push(this.#not());
    }
    return (stateOf) => parts.every((part) => part(stateOf));
  }

  #not(): Node {
    if (this.#next !== "NOT") return this.#primary();
    this.#position += 1;
    const node = this.#not();
    return (stateOf) => !node(stateOf);
  }

  #primary(): Node {
    const token = this.#take();
    if (token === "TRUE" || token === "FALSE") return () => token === "TRUE";
    if (token === "(") {
      const node = this.#or();
      this.#expect(")");
      return node;
    }
    if (!STATES.includes(token)) throw invalid(token);
    this.#expect("(");
    const name = nameOf(this.#take());
    this.#expect(")");
    this.alarms.push(name);
    return (stateOf) => stateOf(name) === token;
  }
}

/** An alarm is named by its name or its ARN. */
function nameOf(token: string): string {
  return /^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:(.+)$/.exec(token)?.[1] ?? token;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const [, quoted, word, bracket] = TOKEN.exec(text) ?? [];
    const token = quoted?.replaceAll(/\\(.)/g, "$1") ?? word ?? bracket;
    if (token === undefined) throw invalid(text.slice(at).trim());
    tokens.push(token);
  }
  return tokens;
}

function invalid(token: string): UserError {
  return new UserError(`The alarm rule cannot be read at ${token}.`);
}
