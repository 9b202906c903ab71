/** A small HTTP client for the systems' APIs; it waits and tries again when it is told to slow down, as clients should. */
import { expect } from "chai";
import { expectAsDocumented } from "./contract.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text when it is none. */
  readonly body: unknown;
}

export interface Question {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const ATTEMPTS = 200;

export class ApiClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  /** One request, as it is: 429 is an answer like any other. */
  async once(method: string, path: string, { body, headers }: Question = {}): Promise<Answer> {
    const raw = typeof body === "string" || body instanceof Uint8Array;
    const url = path.startsWith("http") ? path : `${this.#url}${path}`;
    const response = await fetch(url, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...this.#headers,
        ...headers,
      },
      body: body === undefined ? undefined : raw ? (body as string) : JSON.stringify(body),
    });
    const answer = { status: response.status, headers: response.headers, body: parse(await response.text()) };
    expectAsDocumented(method, url, { ...answer, contentType: answer.headers.get("content-type") });
    return answer;
  }

  /** One request, repeated while the answer is 429. */
  send(method: string, path: string, question: Question = {}): Promise<Answer> {
    return patiently(() => this.once(method, path, question));
  }
}

/** Asks again while the answer is 429. */
export async function patiently<Asked extends { readonly status: number }>(
  ask: () => Promise<Asked>,
): Promise<Asked> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask();
    if (answer.status !== 429 || attempt === ATTEMPTS) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** JSON, or the text when it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Problem details (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly { readonly pointer?: string }[];
}

/** What every error answer of every API looks like. */
export function expectProblem(answer: Answer, status: number): Problem {
  expect(answer.status, JSON.stringify(answer.body)).to.equal(status);
  expect(answer.headers.get("content-type")).to.match(/^application\/problem\+json/);
  expect(answer.headers.get("cache-control")).to.equal("no-store");
  const problem = answer.body as Problem;
  expect(problem).to.include({ status });
  expect(problem.type).to.be.a("string");
  expect(problem.title).to.be.a("string");
  expect(problem.detail).to.be.a("string");
  expect(problem.instance).to.match(/^urn:req:/);
  return problem;
}
