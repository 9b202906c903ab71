/** A loopback stand-in of AWS and of third parties, which answers at once and agrees to everything. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

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
    else response.setHeader("etag", '"stub"').end(answerTo(request));
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

function answerTo(request: IncomingMessage): string {
  const { url, headers } = request;
  if (isObject(request)) return "";
  if (headers.authorization?.includes("/sns/")) return PUBLISHED;
  if (headers["x-amz-target"] === "secretsmanager.GetSecretValue") {
    return JSON.stringify({ SecretString: SECRET });
  }
  if (url?.includes("/simple/price")) {
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
