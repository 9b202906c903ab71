/** One line of what happens in the local cloud: a request, an invocation, an event, a denial. */
export interface LogEntry {
  /** What kind of thing happened. */
  readonly kind:
    | "request"
    | "invocation"
    | "event"
    | "delivery"
    | "call"
    | "mail"
    | "notice"
    | "warning"
    | "error";
  /** The service or function concerned. */
  readonly source: string;
  readonly message: string;
  /** Correlation id, where there is one. */
  readonly requestId?: string;
  /** Milliseconds it took. */
  readonly duration?: number;
}

/** Where services report what happens. Rendering (colours, `--json`) is the command line's part. */
export type Log = (entry: LogEntry) => void;
