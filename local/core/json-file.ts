/** Data of a service that survive a restart, in one file. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export class JsonFile<Content> {
  readonly #path: string | undefined;
  readonly #what: string;

  /**
   * @param path of the file; without it nothing is read or written
   * @param what the file holds, for its error message, such as `secrets`
   */
  constructor(path: string | undefined, what: string) {
    this.#path = path;
    this.#what = what;
  }

  /**
   * What was written last; undefined when nothing was.
   * @throws Error when the file cannot be read or holds no JSON
   */
  read(): Content | undefined {
    if (this.#path === undefined) return undefined;
    try {
      return JSON.parse(readFileSync(this.#path, "utf8")) as Content;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      const message = `The ${this.#what} in ${this.#path} cannot be read; --fresh starts without them.`;
      throw new Error(message, { cause: error });
    }
  }

  /** Only the user may read the file. At any time it holds either the old or the new content as a whole. */
  write(content: Content): void {
    if (this.#path === undefined) return;
    mkdirSync(dirname(this.#path), { recursive: true });
    const next = `${this.#path}.new`;
    writeFileSync(next, JSON.stringify(content, undefined, 2), { mode: 0o600, flush: true });
    renameSync(next, this.#path);
  }
}
