/** Sends the same HTTP request again and again over some connections, as fast as the answers come. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface LoadOptions {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connections: number;
  readonly milliseconds: number;
}

/**
 * Written on bare sockets: Node's own client would take more time than what is measured.
 * @returns answers per second
 * @throws Error with the first answer that is not 2xx
 */
export async function load(options: LoadOptions): Promise<number> {
  const { hostname, port, pathname, host } = new URL(options.url);
  const headers = { ...options.headers, host, "content-length": String(Buffer.byteLength(options.body)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `${options.method} ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n${options.body}`;
  let answers = 0;
  const failed = Promise.withResolvers<never>();
  const sockets = Array.from({ length: options.connections }, () => connect(Number(port), hostname));
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  const begin = performance.now();
  for (const socket of sockets) {
    repeat(socket, request, (answer) => {
      answers++;
      if (!answer.startsWith("HTTP/1.1 2")) failed.reject(new Error(`Not an answer to measure:\n${answer}`));
    });
  }
  try {
    await Promise.race([sleep(options.milliseconds), failed.promise]);
    return answers / ((performance.now() - begin) / 1000);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function repeat(socket: Socket, request: string, answered: (answer: string) => void): void {
  let received = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    received += chunk;
    const end = lengthOf(received);
    if (end === undefined || received.length < end) return;
    answered(received);
    received = "";
    socket.write(request);
  });
  socket.write(request);
}

/** Of the whole answer, once its headers have come. */
function lengthOf(received: string): number | undefined {
  const head = received.indexOf("\r\n\r\n");
  if (head < 0) return undefined;
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(received) ?? [];
  if (length === undefined) throw new Error(`An answer without a length:\n${received}`);
  return head + 4 + Number(length);
}
