/** Requests to a server on this machine, over connections that are kept open. */
import { Agent, type IncomingHttpHeaders, request } from "node:http";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export class HttpClient {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends it again when the server has just closed the connection, kept open since an earlier request, that it went out on. */
  post(headers: Readonly<Record<string, string>>, body: Buffer | string): Promise<HttpAnswer> {
    const all = { ...headers, "content-length": Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { agent: this.#agent, host: "127.0.0.1", port: this.#port, method: "POST", path: "/", headers: all },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("error", reject);
          incoming.on("end", () =>
            resolve({
              status: incoming.statusCode ?? 502,
              headers: flat(incoming.headers),
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        const wasClosed = outgoing.reusedSocket && error.code === "ECONNRESET";
        if (wasClosed) this.post(headers, body).then(resolve, reject);
        else reject(error);
      });
      outgoing.end(body);
    });
  }

  /** Ends all connections. */
  close(): void {
    this.#agent.destroy();
  }
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
