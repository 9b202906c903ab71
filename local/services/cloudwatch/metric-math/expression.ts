/** Reading expressions of metric math: operators, lists, functions, ids of other queries. */
import { type Argument, FUNCTIONS } from "./functions.ts";
import { combine, invalid, type Result, type Scope, type Series, seriesOf } from "./series.ts";

/** An expression that was read: evaluates it. */
export type Expression = (scope: Scope) => Result;

type Node = (scope: Scope) => Argument;

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z]\w*)|"([^"]*)"|'([^']*)'|(==|!=|<=|>=|&&|\|\||[-+*/^<>()[\],]))/y;

const truth = (value: boolean): number => (value ? 1 : 0);

/** By precedence, the weakest first. */
const OPERATORS: readonly Readonly<Record<string, (left: number, right: number) => number>>[] = [
  { OR: (a, b) => truth(a !== 0 || b !== 0), "||": (a, b) => truth(a !== 0 || b !== 0) },
  { AND: (a, b) => truth(a !== 0 && b !== 0), "&&": (a, b) => truth(a !== 0 && b !== 0) },
  {
    "==": (a, b) => truth(a === b),
    "!=": (a, b) => truth(a !== b),
    "<": (a, b) => truth(a < b),
    "<=": (a, b) => truth(a <= b),
    ">": (a, b) => truth(a > b),
    ">=": (a, b) => truth(a >= b),
  },
  { "+": (a, b) => a + b, "-": (a, b) => a - b },
  { "*": (a, b) => a * b, "/": (a, b) => a / b },
  { "^": (a, b) => a ** b },
];

/** Words that are arguments, not ids. */
const WORDS: readonly string[] = ["REPEAT", "LINEAR"];

/** @throws AwsError ValidationError saying what is wrong with it, or which function is not supported here */
export function readExpression(text: string): Expression {
  const node = new Reader(text).read();
  return (scope) => toResult(node(scope));
}

class Reader {
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  read(): Node {
    const node = this.#binary(0);
    if (this.#next !== undefined) throw invalid(`${this.#next} is not expected`);
    return node;
  }

  get #next(): string | undefined {
    return this.#tokens[this.#position];
  }

  #binary(level: number): Node {
    const operators = OPERATORS[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    for (let name = this.#next; name !== undefined && Object.hasOwn(operators, name); name = this.#next) {
      this.#position += 1;
      const [first, right] = [left, this.#binary(level + 1)];
      const operate = operators[name] ?? Math.min;
      left = (scope) => combine(toResult(first(scope)), toResult(right(scope)), operate);
    }
    return left;
  }

  #unary(): Node {
    if (this.#next !== "-") return this.#primary();
    this.#position += 1;
    const node = this.#unary();
    return (scope) => combine(0, toResult(node(scope)), (zero, value) => zero - value);
  }

  #primary(): Node {
    const token = this.#next;
    this.#position += 1;
    if (token === undefined) throw invalid("it ends too early");
    if (/^\d/.test(token)) return () => Number(token);
    if (token.startsWith('"')) return () => token.slice(1);
    if (token === "(") return this.#closed(this.#binary(0), ")");
    if (token === "[") return listOf(this.#arguments("]"));
    if (this.#next === "(") return this.#call(token);
    if (WORDS.includes(token)) return () => token;
    if (!/^[a-z]/.test(token)) throw invalid(`${token} is not expected`);
    return (scope) => scope.lookUp(token);
  }

  #call(name: string): Node {
    const apply = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (!apply) throw invalid(`the local cloud does not support the function ${name}`);
    this.#position += 1;
    const given = this.#arguments(")");
    return (scope) =>
      apply(
        given.map((argument) => argument(scope)),
        scope,
      );
  }

  #arguments(end: string): Node[] {
    const nodes: Node[] = [];
    while (this.#next !== end) {
      if (nodes.length > 0) this.#expect(",");
      nodes.push(this.#binary(0));
    }
    this.#expect(end);
    return nodes;
  }

  #closed(node: Node, end: string): Node {
    this.#expect(end);
    return node;
  }

  #expect(token: string): void {
    if (this.#next !== token) throw invalid(`${token} is missing`);
    this.#position += 1;
  }
}

/** Texts keep one quotation mark in front, which tells them from names. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw invalid(`${text.slice(at).trim()} cannot be read`);
    const quoted = match[3] ?? match[4];
    tokens.push(quoted === undefined ? match[0].trim() : `"${quoted}`);
  }
  return tokens;
}

function listOf(nodes: readonly Node[]): Node {
  return (scope) => nodes.flatMap((node): readonly Series[] => seriesOf(toResult(node(scope)), "A list"));
}

function toResult(argument: Argument): Result {
  if (typeof argument === "string") throw invalid(`"${argument}" is no number`);
  return argument;
}
