/**
 * Settings of every AWS client: three attempts that end before a function's own time-out does.
 * @param requestTimeout milliseconds until the answer to one attempt begins
 */
export function clientSettings(requestTimeout: number) {
  return {
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout,
      throwOnRequestTimeout: true,
      // A body that stops coming is an error, too; a reader may pause for some seconds between two parts of it.
      socketTimeout: 20_000,
    },
  };
}
