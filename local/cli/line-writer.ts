/** Nobody sees a line that is so much late, and a hundred requests share a call of the system, and wake its reader, once. */
const WAIT_MILLISECONDS = 10;

/** Writes lines together that come soon after each other. */
export class LineWriter {
  readonly #write: (text: string) => void;
  #lines: string[] = [];

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  readonly print = (line: string): void => {
    if (this.#lines.push(line) === 1) setTimeout(() => this.flush(), WAIT_MILLISECONDS);
  };

  /** To be called before the process ends. */
  flush(): void {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join("\n")}\n`;
    this.#lines = [];
    this.#write(text);
  }
}
