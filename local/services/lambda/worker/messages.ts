/** What the local cloud and the worker thread of a function say to each other. */

/** How a worker is set up; its `workerData`. */
export interface WorkerSetup {
  /** Such as `index.handler`. */
  readonly handler: string;
  /** Node.js version of the function's runtime, such as 24. */
  readonly nodeVersion: number;
  readonly logFormat: "Text" | "JSON";
  /** Least level that is written when the format is JSON. */
  readonly logLevel: string;
  /** The members of the handler's context that never change. */
  readonly context: {
    readonly functionName: string;
    readonly memoryLimitInMB: string;
    readonly logGroupName: string;
    readonly logStreamName: string;
  };
}

/** To the worker, once, before the first event: where the code is, which may be made while the worker starts. */
export interface Code {
  /** Folder of the function's code, Lambda's `/var/task`. */
  readonly taskRoot: string;
  /** Milliseconds by which the cloud's clock is ahead of the wall clock. */
  readonly clockOffset: number;
}

/** An event to handle. */
export interface Work {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  readonly invokedFunctionArn: string;
  readonly functionVersion: string;
  readonly timeoutMilliseconds: number;
  readonly traceId: string;
}

/** To the worker: an event, and how far the clock is ahead by now. */
export interface TimedWork extends Work {
  readonly clockOffset: number;
}

/** From the worker. */
export type Report =
  /** The handler is loaded. */
  | { readonly kind: "ready" }
  /** One entry for the log. */
  | { readonly kind: "entry"; readonly text: string }
  /** Raw output; a line may come in pieces. */
  | { readonly kind: "output"; readonly text: string }
  | { readonly kind: "result"; readonly payload: string; readonly heapBytes: number }
  /** The handler, or loading it, failed. After a fatal failure the worker is of no further use. */
  | {
      readonly kind: "failure";
      readonly payload: string;
      readonly heapBytes: number;
      readonly fatal: boolean;
    };
