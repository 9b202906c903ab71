/** Runs the builders of recipes in a thread of their own, which keeps their modules and what they have prepared. */
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Recipe } from "./recipes.ts";

/** What the thread is asked. */
export interface BuildRequest {
  readonly step: "build" | "prepare";
  readonly builder: string;
  readonly argument: unknown;
  readonly folder: string;
}

export type BuildReply = { readonly file: string } | { readonly error: string };

/** Well below the 5 s in which the local cloud ends. */
const PATIENCE_MILLISECONDS = 2_000;

export class Builder {
  readonly #folder: string;
  #worker: Worker | undefined;
  /** One request at a time. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param folder the program's folder */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Makes a file again.
   * @returns its absolute path
   * @throws Error saying what is wrong with the sources, and where
   */
  build(recipe: Recipe): Promise<string> {
    return this.#ask("build", recipe);
  }

  /** Does beforehand what makes the next `build` fast. */
  async prepare(recipe: Recipe): Promise<void> {
    await this.#ask("prepare", recipe);
  }

  /** Lets the next request run builders as they are on disk then. */
  async renew(): Promise<void> {
    await this.#last;
    await this.end();
  }

  /** Ends the thread. What it is making it finishes, unless that takes long: bundlers complain of being cut off. */
  async end(): Promise<void> {
    const worker = this.#worker;
    const patience = new AbortController();
    const long = setTimeout(PATIENCE_MILLISECONDS, undefined, { signal: patience.signal });
    await Promise.race([this.#last, long]);
    patience.abort();
    await long.catch(() => undefined);
    if (this.#worker === worker) this.#worker = undefined;
    await worker?.terminate();
  }

  #ask(step: BuildRequest["step"], { builder, argument }: Recipe): Promise<string> {
    const reply = this.#last.then(() => this.#send({ step, builder, argument, folder: this.#folder }));
    this.#last = reply.catch(() => undefined);
    return reply;
  }

  async #send(request: BuildRequest): Promise<string> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const ended = new AbortController();
    const end = () => ended.abort(new Error("The builder's thread has ended."));
    worker.once("exit", end);
    worker.postMessage(request);
    try {
      const [reply]: BuildReply[] = await once(worker, "message", { signal: ended.signal });
      if (reply && "file" in reply) return reply.file;
      throw new Error(reply?.error);
    } finally {
      worker.off("exit", end);
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL("./builder-thread.ts", import.meta.url), { name: "builder" });
    worker.unref();
    worker.once("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}
