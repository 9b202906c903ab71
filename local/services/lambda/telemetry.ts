/**
 * What Lambda does with a function's role beside running the function: it writes the log, and sends traces. A function runs
 * without these permissions too, and leaves no log or trace then.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
 */
import { arn } from "../../core/names.ts";
import { isPermitted } from "../../core/permitted.ts";
import type { Cloud, Principal } from "../../core/service.ts";
import type { FunctionSettings } from "./function-settings.ts";

/** Each environment has a stream of its own. */
const KEPT_STREAMS = 10_000;
/** How long a refusal is taken for granted: many a program gives its functions no such permission, and one warning says it. */
const REFUSED_MILLISECONDS = 60_000;

export class Telemetry {
  readonly #cloud: Cloud;
  /** Streams that were made. */
  readonly #streams = new Set<string>();
  /** When to ask again for a stream that may not be written, by the clock. */
  readonly #refused = new Map<string, number>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Whether an invocation may write into a log stream, which is made at the first one. */
  mayLog(settings: FunctionSettings, stream: string): boolean {
    const now = this.#cloud.clock.now();
    if (now < (this.#refused.get(stream) ?? 0)) return false;
    const permitted = this.#isPermitted(settings, stream);
    if (this.#streams.size + this.#refused.size >= KEPT_STREAMS) {
      this.#streams.clear();
      this.#refused.clear();
    }
    if (permitted) {
      this.#streams.add(stream);
      this.#refused.delete(stream);
    } else this.#refused.set(stream, now + REFUSED_MILLISECONDS);
    return permitted;
  }

  #isPermitted(settings: FunctionSettings, stream: string): boolean {
    const resource = arn(this.#cloud.world, "logs", `log-group:${settings.logGroup}:log-stream:${stream}`);
    const create = { action: "logs:CreateLogStream", resource };
    const put = { action: "logs:PutLogEvents", resource };
    const isNew = !this.#streams.has(stream);
    return isPermitted(this.#cloud, principalOf(settings), isNew ? [create, put] : [put]);
  }

  /** Sends the trace of an invocation; there is nobody here who keeps it. */
  sendTrace(settings: FunctionSettings): void {
    const actions = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];
    const permissions = actions.map((action) => ({ action, resource: "*" }));
    isPermitted(this.#cloud, principalOf(settings), permissions);
  }
}

function principalOf({ role, name }: FunctionSettings): Principal {
  return { kind: "role", arn: role, functionName: name };
}
