import "../support/environment.ts";
import { expect } from "chai";
import { api } from "../../../handlers/shared/api.ts";
import { readEnv } from "../../../handlers/shared/env.ts";
import { newId } from "../../../handlers/shared/ids.ts";
import { badRequest } from "../../../handlers/shared/problem.ts";
import type { ApiRequest } from "../../../handlers/shared/request.ts";
import type { ApiResponse } from "../../../handlers/shared/response.ts";
import { allowedOrigins } from "../../../handlers/shared/response.ts";
import type { Asked } from "../support/events.ts";
import { gatewayEvent, lambdaContext, request } from "../support/events.ts";

const ORIGINS = ["https://app.example.com", "http://localhost:3000"];

async function answer(work: (request: ApiRequest) => ApiResponse, asked: Asked = {}) {
  const {
    statusCode,
    headers = {},
    body,
  } = await api(work, ORIGINS)(gatewayEvent("GET /things", asked), lambdaContext());
  return {
    statusCode,
    headers,
    body: body === "" ? undefined : (JSON.parse(body) as Record<string, unknown>),
  };
}

const fail = (error: unknown) => () => {
  throw error;
};

describe("api", () => {
  it("gives every answer a request id and headers against caching and sniffing", async () => {
    const { statusCode, headers, body } = await answer(() => ({
      status: 200,
      headers: { etag: '"1"' },
      body: { a: 1 },
    }));
    expect(statusCode).to.equal(200);
    expect(body).to.deep.equal({ a: 1 });
    expect(headers).to.deep.equal({
      "content-type": "application/json",
      etag: '"1"',
      "x-request-id": "gateway-request",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      vary: "Origin",
    });
  });

  it("sends no body and no content type with 204", async () => {
    const { headers, body } = await answer(() => ({ status: 204 }));
    expect(body).to.equal(undefined);
    expect(headers).to.not.have.property("content-type");
  });

  it("takes over the client's request id only when it is a plain token", async () => {
    const idFor = async (id: string) =>
      (await answer(() => ({ status: 200 }), { headers: { "x-request-id": id } })).headers["x-request-id"];
    expect(await idFor("trace.1_a-B")).to.equal("trace.1_a-B");
    for (const id of ["", "a b", 'a"b', "a\nb", "x".repeat(129)])
      expect(await idFor(id)).to.equal("gateway-request");
  });

  it("answers a problem in the form of RFC 9457", async () => {
    const errors = [{ pointer: "/a", detail: "is wrong", code: "wrong" }];
    const { statusCode, headers, body } = await answer(fail(badRequest("Mend it.", errors)));
    expect(statusCode).to.equal(400);
    expect(headers).to.include({ "content-type": "application/problem+json", "cache-control": "no-store" });
    expect(body).to.deep.equal({
      type: "about:blank",
      title: "Bad Request",
      status: 400,
      detail: "Mend it.",
      instance: "urn:req:gateway-request",
      errors,
    });
  });

  it("shows nothing of an error that was not meant for the caller", async () => {
    const { statusCode, body } = await answer(fail(new Error("table tasks-4711 is gone")));
    expect(statusCode).to.equal(500);
    expect(JSON.stringify(body)).to.not.contain("4711");
  });

  it("asks to try again when AWS is busy", async () => {
    const busy = Object.assign(new Error("slow down"), { name: "ThrottlingException" });
    const { statusCode, headers } = await answer(fail(busy));
    expect(statusCode).to.equal(503);
    expect(headers).to.include({ "retry-after": "1" });
  });

  it("lets pages of allowed origins read answers, errors too, and no others", async () => {
    for (const work of [() => ({ status: 200 }), fail(badRequest("x"))]) {
      const allowed = await answer(work, { headers: { Origin: "http://localhost:3000" } });
      expect(allowed.headers).to.include({
        "access-control-allow-origin": "http://localhost:3000",
        vary: "Origin",
      });
      const foreign = await answer(work, { headers: { Origin: "https://evil.example" } });
      expect(foreign.headers).to.not.have.property("access-control-allow-origin");
      expect(foreign.headers).to.include({ vary: "Origin" });
    }
  });

  it("reads the allowed origins from a list with commas", () => {
    expect(allowedOrigins("https://a.example,https://b.example")).to.deep.equal([
      "https://a.example",
      "https://b.example",
    ]);
    expect(allowedOrigins("")).to.deep.equal([]);
  });
});

describe("request", () => {
  it("knows its absolute URL behind a proxy, with the stage and without the query", () => {
    const { url } = request("POST /things/{id}", {
      path: { id: "7" },
      query: { a: "1" },
      headers: { Host: "127.0.0.1:4000", "X-Forwarded-Proto": "http" },
    });
    expect(url).to.equal("http://127.0.0.1:4000/live/things/7");
  });

  it("uses the gateway's domain when the Host header is no host", () => {
    expect(request("GET /things", { headers: { Host: "evil.example/path?" } }).url).to.equal(
      "https://gateway.example.com/live/things",
    );
  });

  it("decodes bodies in base64", () => {
    const bytes = Uint8Array.from([0, 255, 128]);
    const { body, bodyWasText } = request("POST /things", { body: bytes });
    expect([...body]).to.deep.equal([0, 255, 128]);
    expect(bodyWasText).to.equal(false);
  });
});

describe("environment", () => {
  it("names everything that is missing at once", () => {
    expect(() => readEnv(["A", "B", "C"], { A: "1", C: "" })).to.throw("B, C");
    expect(readEnv(["A"], { A: "1" })).to.deep.equal({ A: "1" });
  });
});

describe("ids", () => {
  it("are UUIDs that sort by time", () => {
    const ids = [1, 2, 3].map((day) => newId(new Date(Date.UTC(2026, 0, day))));
    expect(ids).to.deep.equal([...ids].sort());
    for (const id of ids)
      expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
