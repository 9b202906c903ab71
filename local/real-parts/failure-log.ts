/** Calls that fail are worth a line in the log; the ones that a program expects to fail are not. */
import type { AwsCall, AwsReply, Cloud } from "../core/service.ts";

const EXPECTED =
  /ConditionalCheckFailed|TransactionConflict|NoSuchKey|NoSuchLifecycleConfiguration|PreconditionFailed|ConditionalRequestConflict/;

/** Logs a failed answer with its code. */
export function logFailure(
  cloud: Cloud,
  source: string,
  operation: string,
  call: AwsCall,
  reply: AwsReply,
): void {
  if (reply.status < 400 || !Buffer.isBuffer(reply.body) || reply.body.length === 0) return;
  const text = reply.body.toString("utf8", 0, 2_000);
  if (EXPECTED.test(text)) return;
  const code = /"__type":"(?:[^"#]*#)?([^"]+)"/.exec(text) ?? /<Code>([^<]+)<\/Code>/.exec(text);
  const message = /"[mM]essage":"([^"]+)"/.exec(text) ?? /<Message>([^<]+)<\/Message>/.exec(text);
  const caller = call.principal.functionName ?? call.principal.arn;
  cloud.log({
    kind: "warning",
    source,
    message: `${operation} by ${caller}: ${code?.[1] ?? reply.status}${message ? `, ${message[1]}` : ""}`,
    requestId: call.requestId,
  });
}
