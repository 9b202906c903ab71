/** Calls that were made before under the same client token get the answer of the first one. */
import type { Clock } from "../../core/clock.ts";
import { AwsError } from "../../core/errors.ts";

interface Remembered {
  readonly at: number;
  /** What was asked. */
  readonly question: string;
  readonly answer: unknown;
}

/** How long a token is remembered; AWS's pages do not say. */
const MEMORY_MILLISECONDS = 8 * 3_600_000;

export class ClientTokens {
  readonly #clock: Clock;
  readonly #remembered = new Map<string, Remembered>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Answers a call, or its repetition.
   * @throws AwsError ConflictException when the token came with another question
   */
  once(token: string | undefined, question: string, answer: () => unknown): unknown {
    if (token === undefined) return answer();
    this.#forget();
    const known = this.#remembered.get(token);
    if (!known) {
      const first = answer();
      this.#remembered.set(token, { at: this.#clock.now(), question, answer: first });
      return first;
    }
    if (known.question === question) return known.answer;
    const message = "The client token was used before, in a call with other parameters.";
    throw new AwsError("ConflictException", message, 409);
  }

  #forget(): void {
    const oldest = this.#clock.now() - MEMORY_MILLISECONDS;
    for (const [token, { at }] of this.#remembered) if (at < oldest) this.#remembered.delete(token);
  }
}
