/** A loopback stand-in of AWS and of third parties, which answers at once and agrees to everything. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { databaseAnswer } from "./database-stub.ts";
import { TOKEN_KEYS } from "./move-events.ts";

export interface AwsStub {
  readonly url: string;
  /** Requests since it was asked last. */
  takeCalls(): string[];
  close(): void;
}

/** A key that cursors can be sealed with, and anything else that is a secret text. */
export const SECRET = "c2VjcmV0LWtleS1vZi10aGUtYmVuY2gtMDEyMzQ1Njc=";
const PUBLISHED =
  "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PublishResponse>";
/** What other services and third parties answer: each takes its own of it. */
const AGREED = JSON.stringify({
  MessageId: "1",
  ScheduleArn: "arn",
  category: "general",
  messages: [{ id: "wamid.1" }],
});
const CSV = "title,description\nCall the painter,Kitchen\n";

/** What is looked at of calls that are answered more than "agreed". */
interface Asked {
  readonly SecretId?: string;
  readonly Names?: readonly string[];
  readonly MessageBody?: string;
}

const CREDENTIALS = JSON.stringify({ username: "app", password: "password" });

/** By operation. */
const ANSWERS: Readonly<Record<string, (asked: Asked) => object>> = {
  "secretsmanager.GetSecretValue": ({ SecretId = "" }) => ({
    SecretString: SecretId.includes("login-secret") ? CREDENTIALS : SECRET,
  }),
  "secretsmanager.DescribeSecret": () => ({ VersionIdsToStages: { pending: ["AWSPENDING"] } }),
  "AmazonSSM.GetParameters": ({ Names = [] }) => ({
    Parameters: Names.map((Name) => ({ Name, Value: "value" })),
  }),
  "AmazonSQS.SendMessage": ({ MessageBody = "" }) => ({
    MessageId: "1",
    MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
  }),
  "AWSEvents.PutEvents": () => ({ FailedEntryCount: 0, Entries: [{ EventId: "1" }] }),
};

/** Items as DynamoDB writes them, by partition key. */
export type Items = Readonly<Record<string, object>>;

/** Carries out an operation of DynamoDB. */
export type Dynamo = (target: string, body: string) => Promise<string>;

/** Everything is agreed to; lists are empty. */
export function agreeingDynamo(items: Items): Dynamo {
  return async (target, body) => JSON.stringify(agree(target, JSON.parse(body), items));
}

export async function startAwsStub(dynamo: Dynamo, file = CSV): Promise<AwsStub> {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const target = request.headers["x-amz-target"];
    calls.push(String(target ?? `${request.method} ${request.url}`));
    const body = await text(request);
    if (typeof target === "string" && target.startsWith("DynamoDB")) {
      response.end(await dynamo(target, body));
    } else if (isObject(request) && request.method === "GET") sendFile(request, response, file);
    else response.setHeader("etag", '"stub"').end(answerTo(request, body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    takeCalls: () => calls.splice(0),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What is looked at of a call. */
interface Input {
  readonly Key?: { readonly pk?: { readonly S?: string } };
}

function isObject({ headers }: IncomingMessage): boolean {
  return headers.authorization?.includes("/s3/") ?? false;
}

/** The range that is asked for. */
function sendFile({ headers }: IncomingMessage, response: ServerResponse, file: string): void {
  const [, from = "0", to] = /bytes=(\d+)-(\d*)/.exec(headers.range ?? "") ?? [];
  const part = file.slice(Number(from), to ? Number(to) + 1 : undefined);
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${file.length}`;
  response
    .writeHead(206, { "content-length": part.length, "content-range": range, etag: '"stub"' })
    .end(part);
}

function answerTo(request: IncomingMessage, body: string): string {
  const { url = "", headers } = request;
  if (headers.authorization?.includes("/rds-data/")) return JSON.stringify(databaseAnswer(url, body));
  if (url.endsWith("/jwks.json")) return JSON.stringify(TOKEN_KEYS);
  if (isObject(request)) return "";
  if (headers.authorization?.includes("/sns/")) return PUBLISHED;
  const answer = ANSWERS[String(headers["x-amz-target"])];
  if (answer) return JSON.stringify(answer(JSON.parse(body)));
  if (url.includes("/simple/price")) {
    return JSON.stringify({ bitcoin: { usd: 1, last_updated_at: Math.floor(Date.now() / 1000) } });
  }
  return AGREED;
}

function agree(target: string, { Key }: Input, items: Items): object {
  const Item = items[Key?.pk?.S ?? ""];
  if (target.endsWith(".GetItem")) return Item ? { Item } : {};
  if (/\.(?:Query|Scan)$/.test(target)) return { Items: [], Count: 0, ScannedCount: 0 };
  if (target.endsWith(".UpdateItem")) return { Attributes: Item ?? {} };
  return {};
}
