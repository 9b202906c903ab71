/** Writes functions' logs, and keeps the end of what each environment logged during its invocation. */
import type { LogsApi } from "../../core/apis.ts";
import type { FunctionSettings } from "./function-settings.ts";
import type { Telemetry } from "./telemetry.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (LogResult) */
const TAIL_BYTES = 4096;

export class LogTail {
  /** Entries of the invocation that runs, by log stream. */
  readonly #open = new Map<string, string[]>();
  /** Streams that may not be written. */
  readonly #denied = new Set<string>();
  readonly #logs: () => LogsApi;
  readonly #telemetry: Telemetry;

  constructor(logs: () => LogsApi, telemetry: Telemetry) {
    this.#logs = logs;
    this.#telemetry = telemetry;
  }

  /** From now on what the stream gets is remembered. */
  open(settings: FunctionSettings, stream: string): { write: (entries: readonly string[]) => void } {
    this.#open.set(stream, []);
    if (this.#telemetry.mayLog(settings, stream)) this.#denied.delete(stream);
    else this.#denied.add(stream);
    return { write: (entries) => this.write(settings, stream, entries) };
  }

  write({ logGroup }: FunctionSettings, stream: string, entries: readonly string[]): void {
    if (entries.length === 0) return;
    if (!this.#denied.has(stream)) this.#logs().write(logGroup, stream, entries);
    const remembered = this.#open.get(stream);
    for (const entry of entries) remembered?.push(entry);
    if (remembered && remembered.length > TAIL_BYTES) remembered.splice(0, remembered.length - TAIL_BYTES);
  }

  /** Ends the invocation. @returns the last 4 KB */
  close(stream: string): string {
    let tail = "";
    for (const entry of this.#open.get(stream)?.toReversed() ?? []) {
      tail = `${entry}\n${tail}`;
      if (tail.length >= TAIL_BYTES) break;
    }
    this.#open.delete(stream);
    return Buffer.from(tail).subarray(-TAIL_BYTES).toString("utf8");
  }
}
