import "../support/environment.ts";
import { once } from "node:events";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { whatsAppClient } from "../../../handlers/appointments/whatsapp.ts";
import { remembered } from "../../../handlers/shared/remembered.ts";
import { fixedSecret } from "../support/secrets.ts";

const servers: Server[] = [];
const message = { to: "34600000000", template: "appointment_booked", parameters: ["Grace", "Ada"] };

interface Asked {
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly body: unknown;
}

/** An API that answers with these statuses, one after the other, the last one again and again. */
async function scripted(...statuses: number[]) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const body: unknown = JSON.parse(Buffer.concat(await request.toArray()).toString());
    asked.push({ url: request.url, token: request.headers.authorization, body });
    const status = statuses.length > 1 ? statuses.shift() : statuses[0];
    response.writeHead(status ?? 500).end("{}");
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v23.0`;
  const account = { apiUrl, phoneNumberId: "100", language: "es_ES" };
  return {
    asked,
    send: (token = fixedSecret("t"), ms = 2000) => whatsAppClient(account, token, ms)(message),
  };
}

const outcome = (work: Promise<boolean>) => work.then(String, (error: Error) => error.message);

describe("the WhatsApp client", () => {
  after(() => {
    for (const server of servers) server.close();
  });

  it("sends a template message in the form of Meta's Cloud API", async () => {
    const { asked, send } = await scripted(200);
    expect(await send()).to.equal(true);
    expect(asked).to.deep.equal([
      {
        url: "/v23.0/100/messages",
        token: "Bearer t",
        body: {
          messaging_product: "whatsapp",
          recipient_type: "individual",
          to: "34600000000",
          type: "template",
          template: {
            name: "appointment_booked",
            language: { code: "es_ES" },
            components: [
              {
                type: "body",
                parameters: [
                  { type: "text", text: "Grace" },
                  { type: "text", text: "Ada" },
                ],
              },
            ],
          },
        },
      },
    ]);
  });

  for (const status of [429, 500, 503]) {
    it(`asks once more after ${status}, then leaves it to the queue`, async () => {
      const passing = await scripted(status, 200);
      expect(await outcome(passing.send())).to.equal("true");
      expect(passing.asked).to.have.length(2);
      const lasting = await scripted(status);
      expect(await outcome(lasting.send())).to.equal(`WhatsApp answered ${status}`);
      expect(lasting.asked).to.have.length(2);
    });
  }

  for (const status of [400, 403, 404]) {
    it(`takes ${status} for an answer`, async () => {
      const { asked, send } = await scripted(status);
      expect(await outcome(send())).to.equal("false");
      expect(asked).to.have.length(1);
    });
  }

  it("takes a fresh token after 401, and leaves a token that is not taken to the queue", async () => {
    const tokens = ["old", "new"];
    let now = 0;
    const token = remembered(
      async () => tokens.shift() ?? "",
      () => now,
    );
    await token.read();
    now += 60_000;
    const { asked, send } = await scripted(401, 200);
    expect(await send(token)).to.equal(true);
    expect(asked.map((question) => question.token)).to.deep.equal(["Bearer old", "Bearer new"]);
    expect(await outcome((await scripted(401)).send())).to.equal("WhatsApp answered 401");
  });
});
