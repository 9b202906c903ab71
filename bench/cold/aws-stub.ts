/** A loopback stand-in of AWS and of third parties, which answers at once and agrees to everything. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
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
const CSV = "title,description\nCall the painter,Kitchen\n";

/** Items as DynamoDB writes them, by partition key. */
export type Items = Readonly<Record<string, object>>;

/** @param items what DynamoDB has; lists are empty */
export async function startAwsStub(items: Items): Promise<AwsStub> {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const target = request.headers["x-amz-target"];
    calls.push(String(target ?? `${request.method} ${request.url}`));
    const body = await text(request);
    const answer = typeof target === "string" ? targeted(target, JSON.parse(body), items) : answerTo(request);
    const content = typeof answer === "string" ? answer : JSON.stringify(answer);
    response.writeHead(content === CSV ? 206 : 200, {
      "content-length": Buffer.byteLength(content),
      ...(content === CSV && { "content-range": `bytes 0-${CSV.length - 1}/${CSV.length}` }),
      etag: '"stub"',
    });
    response.end(content);
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

/** The answer of a service that is called by path: as text, or as an object to be sent as JSON. */
function answerTo({ method, url, headers }: IncomingMessage): string | object {
  const { authorization = "" } = headers;
  if (authorization.includes("/s3/")) return method === "GET" ? CSV : "";
  if (authorization.includes("/sns/")) return PUBLISHED;
  if (url?.includes("/simple/price")) {
    return { bitcoin: { usd: 1, last_updated_at: Math.floor(Date.now() / 1000) } };
  }
  return { MessageId: "1", ScheduleArn: "arn", category: "general", messages: [{ id: "wamid.1" }] };
}

function targeted(target: string, { Key }: Input, items: Items): object {
  const Item = items[Key?.pk?.S ?? ""];
  if (target.endsWith(".GetItem")) return Item ? { Item } : {};
  if (target.endsWith(".GetSecretValue")) return { SecretString: SECRET };
  if (/\.(?:Query|Scan)$/.test(target)) return { Items: [], Count: 0, ScannedCount: 0 };
  if (target.endsWith(".UpdateItem")) return { Attributes: Item ?? {} };
  return {};
}
