import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { expect } from "chai";
import { bundleEntry } from "../../components/bundler/entry.ts";
import { runBundle, TemporaryProject } from "./support/temporary-project.ts";

/** Reads what another function streams. */
const READER = `
import { InvokeWithResponseStreamCommand, LambdaClient } from "@aws-sdk/client-lambda";
const client = new LambdaClient({});
export const handler = async () => {
  const { EventStream } = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: "teller" }));
  const texts = [];
  for await (const { PayloadChunk } of EventStream) if (PayloadChunk) texts.push(Buffer.from(PayloadChunk.Payload).toString());
  return texts;
};
`;

/** One message of a stream of events: https://smithy.io/2.0/aws/amazon-eventstream.html */
function message(type: string, payload: string): Buffer {
  const headers = Object.entries({ ":message-type": "event", ":event-type": type }).map(([name, value]) =>
    Buffer.concat([
      Buffer.from([name.length]),
      Buffer.from(name),
      Buffer.from([7, 0, value.length]),
      Buffer.from(value),
    ]),
  );
  const body = Buffer.concat([...headers, Buffer.from(payload)]);
  const headerLength = body.length - payload.length;
  const lengths = Buffer.concat([number(body.length + 16), number(headerLength)]);
  const checked = Buffer.concat([lengths, number(crc32(lengths)), body]);
  return Buffer.concat([checked, number(crc32(checked))]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

describe("bundler, streams of events", () => {
  it("are there for functions whose client has them", async () => {
    const server = createServer((_request, response) => {
      response.setHeader("content-type", "application/vnd.amazon.eventstream");
      response.end(Buffer.concat([message("PayloadChunk", "hola"), message("InvokeComplete", "{}")]));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const project = await TemporaryProject.create({ "read.ts": READER });
    try {
      const file = await bundleEntry("read.ts", project.root);
      const { result } = await runBundle(
        join(project.root, file),
        {},
        {
          AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
          AWS_REGION: "eu-west-1",
          AWS_ACCESS_KEY_ID: "key",
          AWS_SECRET_ACCESS_KEY: "secret",
        },
      );
      expect(result).to.deep.equal(["hola"]);
    } finally {
      server.close();
      await project.remove();
    }
  });
});
