/**
 * Reads what a program writes. The SDK logs to the engine when it has one, message by message over gRPC, debug messages
 * included, which takes longer than all the rest. Without one it writes `<severity>: [runtime] <text>` to the console.
 */
import { stripVTControlCharacters } from "node:util";

const MARK = /^(info|warning|error): \[runtime\] /;
const LAST_LINES = 20;

export class ProgramLog {
  /** Errors that the program or its SDK logged. */
  readonly errors: string[] = [];
  /** The last lines on the standard error that are no logged message. */
  readonly lastLines: string[] = [];
  readonly #onOutput: (line: string) => void;
  #inError = false;

  constructor(onOutput: (line: string) => void) {
    this.#onOutput = onOutput;
  }

  /** Takes a line of the standard output. */
  output(line: string): void {
    this.#onOutput(line.replace(MARK, ""));
  }

  /** Takes a line of the standard error. An error goes on until the next message, since its text has several lines. */
  errorOutput(line: string): void {
    const severity = MARK.exec(line)?.[1];
    const text = stripVTControlCharacters(line.replace(MARK, ""));
    if (severity !== undefined) this.#inError = severity === "error";
    if (severity === "error") this.errors.push(text);
    else if (severity !== undefined) this.#onOutput(`${severity}: ${text}`);
    else if (this.#inError) this.errors.push(`${this.errors.pop() ?? ""}\n${text}`);
    else {
      if (this.lastLines.push(text) > LAST_LINES) this.lastLines.shift();
      this.#onOutput(line);
    }
  }

  /** Hands on the errors of a program that went on after logging them. */
  flush(): void {
    for (const error of this.errors) {
      for (const line of error.split("\n")) this.#onOutput(`error: ${line}`);
    }
  }
}
