/** HTTP calls of EventBridge, which reach this machine only. */
import { isLoopback } from "../../core/loopback.ts";
import { AttemptError } from "../../core/retries.ts";
import type { Cloud } from "../../core/service.ts";

export interface HttpCall {
  readonly url: string;
  /** Put behind the query that the URL has. */
  readonly query: URLSearchParams;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** An endpoint must answer within 5 s. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html */
const TIMEOUT_MILLISECONDS = 5_000;

/** @throws AttemptError when the endpoint is another machine's, cannot be reached or is too slow */
export async function callHttp(cloud: Cloud, call: HttpCall): Promise<HttpAnswer> {
  if (!isLoopback(call.url)) {
    const message = `Nothing leaves the machine: ${call.url} is not called. Let a stand-in of local-cloud.yaml take its place.`;
    throw new AttemptError("SDK_CLIENT_ERROR", message, { final: true });
  }
  const url = new URL(call.url);
  for (const [name, value] of call.query) url.searchParams.set(name, value);
  const abort = new AbortController();
  const timer = cloud.clock.elapse(TIMEOUT_MILLISECONDS, () => abort.abort());
  try {
    const response = await fetch(url, {
      method: call.method,
      headers: call.headers,
      redirect: "manual",
      signal: abort.signal,
      ...(call.body === undefined ? {} : { body: call.body }),
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  } catch (error) {
    const reason = abort.signal.aborted
      ? "did not answer within 5 seconds"
      : `cannot be reached (${String(error)})`;
    throw new AttemptError("SDK_CLIENT_ERROR", `The endpoint ${call.url} ${reason}.`);
  } finally {
    timer.cancel();
  }
}
