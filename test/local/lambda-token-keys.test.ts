import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const ADDRESS = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool/.well-known/jwks.json";

/** Ways in which verifiers of tokens get keys. */
const WAYS = {
  fetch: `const text = await (await fetch(ADDRESS)).text();`,
  "node:https": `
    import https from "node:https";
    import { text as textOf } from "node:stream/consumers";
    const text = await new Promise((done, fail) =>
      https.request(ADDRESS, { method: "GET" }, (answer) => done(textOf(answer))).on("error", fail).end());`,
};

describe("public keys of user pools, in functions", () => {
  let server: Server;
  before(async () => {
    server = createServer(({ url }, response) => response.end(`keys at ${url}`)).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => server.close());

  for (const [name, way] of Object.entries(WAYS)) {
    it(`come from the local cloud to whoever asks AWS for them by ${name}`, async () => {
      const { port } = server.address() as AddressInfo;
      const script = `
        import { serveTokenKeys } from ${JSON.stringify(resolve("local/services/lambda/worker/token-keys.ts"))};
        serveTokenKeys("http://127.0.0.1:${port}");
        ${way.replace("ADDRESS", JSON.stringify(ADDRESS))}
        console.log(text);`;
      const { stdout } = await promisify(execFile)(process.execPath, [
        "--input-type=module",
        "--eval",
        script,
      ]);
      expect(stdout.trim()).to.equal("keys at /_aws/cognito-idp/eu-west-1_pool/.well-known/jwks.json");
    });
  }
});
