/** An error of a task, under the name that Retry and Catch of a state machine compare. */
export class TaskError extends Error {
  /** False for errors that neither Retry nor Catch may handle. The interpreter reads both members. */
  readonly isRetryable: boolean;
  readonly isCatchable: boolean;

  /**
   * @param name such as `Lambda.TooManyRequestsException`, or the `errorType` of a function's error
   * @param cause the text that Catch hands on
   */
  constructor(name: string, cause: string, handled = true) {
    super(cause);
    this.name = name;
    this.isRetryable = handled;
    this.isCatchable = handled;
  }
}
