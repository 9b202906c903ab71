/** Reading the body of a request. */
import type { IncomingMessage } from "node:http";

export interface BodyLimits {
  readonly maxBytes: number;
  /** What to fail with over the limit; the rest of the body is then thrown away. */
  readonly tooLarge: () => Error;
  /** What to fail with when the client breaks off. */
  readonly brokenOff: (error: Error) => Error;
}

/** The whole body. By events: an asynchronous iterator takes as long as the rest of a small call. */
export function collectBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const { maxBytes, tooLarge, brokenOff } = limits;
  return new Promise((resolve, reject) => {
    if (Number(request.headers["content-length"]) > maxBytes) {
      reject(tooLarge());
      request.resume();
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.on("end", () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks));
    });
    request.on("error", (error) => reject(brokenOff(error)));
  });
}
