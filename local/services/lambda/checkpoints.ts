/** How far each mapping has come in each shard; on disk when the cloud keeps its data. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export class Checkpoints {
  readonly #file: string | undefined;
  readonly #sequenceNumbers: Map<string, string>;

  /** @param file where they are kept; without it, in memory */
  constructor(file: string | undefined) {
    this.#file = file;
    this.#sequenceNumbers = new Map(Object.entries(file === undefined ? {} : read(file)));
  }

  get(mapping: string, shard: string): string | undefined {
    return this.#sequenceNumbers.get(`${mapping} ${shard}`);
  }

  set(mapping: string, shard: string, sequenceNumber: string): void {
    this.#sequenceNumbers.set(`${mapping} ${shard}`, sequenceNumber);
    this.#save();
  }

  /** Forgets a mapping that is deleted. */
  remove(mapping: string): void {
    for (const key of [...this.#sequenceNumbers.keys()]) {
      if (key.startsWith(`${mapping} `)) this.#sequenceNumbers.delete(key);
    }
    this.#save();
  }

  /** Forgets all. */
  clear(): void {
    this.#sequenceNumbers.clear();
    this.#save();
  }

  #save(): void {
    if (this.#file === undefined) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify(Object.fromEntries(this.#sequenceNumbers)));
  }
}

function read(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}
