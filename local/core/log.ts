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
  /** Id of the request, invocation or event, where there is one. */
  readonly requestId?: string;
  /** What a client calls its request (`x-request-id`). */
  readonly clientRequestId?: string;
  /** Id of the trace that it belongs to: what one request, event or schedule caused. */
  readonly trace?: string;
  /** Ids of further traces, when their messages or records are handled together. */
  readonly links?: readonly string[];
  /** Milliseconds it took. */
  readonly duration?: number;
}

/** Where services report what happens. Rendering (colours, `--json`) is the command line's part. */
export type Log = (entry: LogEntry) => void;
