/** What caused messages that a real part holds, which cannot hold it itself. */
import type { Trace } from "../core/trace.ts";

const KEPT = 10_000;

export class KeptTraces {
  readonly #traces = new Map<string, Trace>();

  get(id: string): Trace | undefined {
    return this.#traces.get(id);
  }

  /** The first trace of an id stays; when there are many, the oldest are forgotten. */
  keep(id: string, trace: Trace | undefined): void {
    if (!trace || this.#traces.has(id)) return;
    this.#traces.set(id, trace);
    const [oldest] = this.#traces.keys();
    if (this.#traces.size > KEPT && oldest !== undefined) this.#traces.delete(oldest);
  }
}
