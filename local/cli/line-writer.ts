/** Writes lines together that come in the same turn of the event loop: each write of its own is a call of the system. */
export class LineWriter {
  readonly #write: (text: string) => void;
  #lines: string[] = [];

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  readonly print = (line: string): void => {
    if (this.#lines.push(line) === 1) setImmediate(() => this.flush());
  };

  /** To be called before the process ends. */
  flush(): void {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join("\n")}\n`;
    this.#lines = [];
    this.#write(text);
  }
}
