/** Calls that this service itself makes to DynamoDB Local. */
import { AwsError } from "../../core/errors.ts";
import type { DynamoDbLocal } from "../../real-parts/dynamodb-local.ts";

const TARGETS = { tables: "DynamoDB_20120810", streams: "DynamoDBStreams_20120810" } as const;

/** Carries out an operation; its errors are thrown as `AwsError`. */
export async function carryOut(
  server: DynamoDbLocal,
  api: keyof typeof TARGETS,
  operation: string,
  input: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await server.send(`${TARGETS[api]}.${operation}`, JSON.stringify(input));
  const output = parseAnswer(answer.body);
  if (answer.status === 200) return output;
  const code = String(output.__type ?? "InternalFailure").replace(/^.*#/, "");
  throw new AwsError(code, String(output.Message ?? output.message ?? ""), answer.status);
}

/** DynamoDB Local answers some of its own failures with an HTML page. */
function parseAnswer(body: Buffer): Readonly<Record<string, unknown>> {
  const text = body.toString("utf8");
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { message: text };
  }
}
