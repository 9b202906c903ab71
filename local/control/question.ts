/** What a handler of the control API is asked, and how it refuses. */
import type { IncomingMessage } from "node:http";
import { readBody } from "../endpoint/aws-request.ts";

export interface Question {
  readonly query: URLSearchParams;
  /** What stands in the place of the first `*` in the route. */
  readonly name: string;
  /** What stands in the places of all `*`. */
  readonly names: readonly string[];
  /**
   * The members of the JSON body; none when the request has no body.
   * @throws Refusal 400 when the body is not a JSON object
   */
  body(): Promise<Readonly<Record<string, unknown>>>;
}

/** Thrown by a handler: the request is answered with this status and `{ message }`. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  /** @param message says what is wrong, and what is allowed */
  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

const MAX_BODY_BYTES = 1024 ** 2;

/** See `Question.body`. */
export async function jsonBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = (await readBody(request, MAX_BODY_BYTES)).toString("utf8");
  if (text.trim() === "") return {};
  const value = parsed(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new Refusal("The body must be a JSON object.");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
