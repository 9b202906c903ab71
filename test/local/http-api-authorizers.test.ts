import type { APIGatewayProxyEventV2, APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { expect } from "chai";
import type { Properties } from "../../local/core/graph.ts";
import { FunctionError, GatewayFixture } from "./support/gateway-cloud.ts";
import { confusedToken, newSigner, tokenOf, unsignedToken } from "./support/tokens.ts";

const ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Shop";

describe("API Gateway, HTTP APIs: who may call", () => {
  const signer = newSigner("key-1");
  const stranger = newSigner("key-1");
  let gateway: GatewayFixture;
  let apiId: string;
  let base: string;
  let authorizer: Properties;
  let event: { requestContext: { authorizer?: unknown } } & APIGatewayProxyEventV2;

  beforeEach(async () => {
    gateway = await new GatewayFixture().start();
    gateway.keys.set(ISSUER, [signer.publicKey]);
    const api = await gateway.put("v2/Api", "shop", { protocolType: "HTTP" });
    apiId = api.id;
    base = `/_aws/execute-api/${apiId}`;
    await gateway.put("v2/Stage", "default", { apiId, name: "$default", autoDeploy: true });
  });

  afterEach(() => gateway.stop());

  const route = async (routeKey: string, inputs: Properties = {}) => {
    const integration = await gateway.put("v2/Integration", "echo", {
      apiId,
      integrationType: "AWS_PROXY",
      integrationUri: gateway.handle("echo", (received) => {
        event = received;
        return {};
      }),
      payloadFormatVersion: "2.0",
    });
    const made = await gateway.put("v2/Authorizer", "guard", { apiId, ...authorizer });
    await gateway.put("v2/Route", routeKey, {
      ...{ apiId, routeKey, target: `integrations/${integration.id}`, authorizerId: made.id },
      ...inputs,
    });
  };

  const get = (path: string, authorization?: string) =>
    gateway.send("GET", base + path, authorization === undefined ? {} : { headers: { authorization } });

  describe("with tokens", () => {
    const now = () => gateway.clock.now() / 1000;
    const claims = (more: object = {}) => ({
      ...{ iss: ISSUER, sub: "ana", client_id: "app", token_use: "access", scope: "shop/read openid" },
      ...{ "cognito:groups": ["admins", "staff"], iat: now(), exp: now() + 60, ...more },
    });

    beforeEach(async () => {
      authorizer = {
        authorizerType: "JWT",
        identitySources: ["$request.header.Authorization"],
        jwtConfiguration: { issuer: ISSUER, audiences: ["app"] },
      };
      await route("GET /pets", { authorizationType: "JWT" });
      await route("GET /scoped", {
        authorizationType: "JWT",
        authorizationScopes: ["shop/write", "shop/read"],
      });
      await route("GET /other", { authorizationType: "JWT", authorizationScopes: ["shop/write"] });
    });

    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
    it("lets a valid one pass and tells the function its claims", async () => {
      expect((await get("/pets", `Bearer ${tokenOf(signer, claims())}`)).status).to.equal(200);
      expect(event.requestContext.authorizer).to.deep.equal({
        jwt: {
          claims: {
            ...{ iss: ISSUER, sub: "ana", client_id: "app", token_use: "access", scope: "shop/read openid" },
            ...{ "cognito:groups": "[admins staff]", iat: String(now()), exp: String(now() + 60) },
          },
          scopes: null,
        },
      });
      expect(
        (await get("/pets", tokenOf(signer, claims({ aud: "app", client_id: undefined })))).status,
      ).to.equal(200);
    });

    it("asks for one of the route's scopes", async () => {
      const token = tokenOf(signer, claims());
      expect((await get("/scoped", token)).status).to.equal(200);
      expect(event.requestContext.authorizer)
        .to.have.nested.property("jwt.scopes")
        .eql(["shop/read", "openid"]);
      const refused = await get("/other", token);
      expect(refused).to.deep.include({ status: 403, text: '{"message":"Forbidden"}' });
      expect(refused.headers["www-authenticate"]).to.include('error="insufficient_scope"');
    });

    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html
    const refusals: readonly [what: string, token: () => string | undefined, challenge: string][] = [
      ["no token", () => undefined, "Bearer"],
      ["something else", () => "Bearer abc", "not a well-formed JWT"],
      ["an expired one", () => tokenOf(signer, claims({ exp: now() })), "the token has expired"],
      ["one of tomorrow", () => tokenOf(signer, claims({ nbf: now() + 1 })), "not valid yet"],
      ["another pool's", () => tokenOf(signer, claims({ iss: `${ISSUER}2` })), "issuer"],
      [
        "another app's",
        () => tokenOf(signer, claims({ client_id: "x" })),
        "the token does not have a valid audience",
      ],
      ["an audience that is another's", () => tokenOf(signer, claims({ aud: "x" })), "valid audience"],
      ["one signed by a stranger", () => tokenOf(stranger, claims()), "invalid signature"],
      ["one with an unknown key", () => tokenOf(signer, claims(), { kid: "x" }), "unknown key"],
      ["one of alg none", () => unsignedToken(signer, claims()), "signing method"],
      ["one of HS256", () => confusedToken(signer, claims()), "signing method"],
    ];
    for (const [what, token, challenge] of refusals) {
      it(`refuses ${what}`, async () => {
        const refused = await get("/pets", token());
        expect(refused).to.deep.include({ status: 401, text: '{"message":"Unauthorized"}' });
        expect(refused.headers["www-authenticate"]).to.include(challenge);
      });
    }
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
  describe("by a function", () => {
    let asked: APIGatewayRequestAuthorizerEventV2[];
    let answer: unknown;

    const guard = async (inputs: Properties) => {
      asked = [];
      const functionArn = gateway.handle("guard", (received) => {
        asked.push(received);
        return answer;
      });
      authorizer = {
        authorizerType: "REQUEST",
        authorizerUri: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
        authorizerPayloadFormatVersion: "2.0",
        ...inputs,
      };
      await route("GET /pets/{id}", { authorizationType: "CUSTOM" });
      await route("GET /toys", { authorizationType: "CUSTOM" });
    };
    const simple = { enableSimpleResponses: true, identitySources: ["$request.header.authorization"] };

    it("takes a simple answer, keeps it, and tells the function its context", async () => {
      await guard(simple);
      answer = { isAuthorized: true, context: { stringKey: "value", mapKey: { a: 1 } } };
      expect((await get("/pets/7?a=1", "me")).status).to.equal(200);
      expect(event.requestContext.authorizer).to.deep.equal({
        lambda: { stringKey: "value", mapKey: { a: 1 } },
      });
      expect((await get("/toys", "me")).status).to.equal(200);
      expect(asked).to.have.length(1);
      expect(asked[0]).to.deep.include({
        ...{ version: "2.0", type: "REQUEST", routeKey: "GET /pets/{id}", rawPath: "/pets/7" },
        ...{ routeArn: `arn:aws:execute-api:eu-west-1:000000000000:${apiId}/$default/GET/pets/7` },
        ...{ identitySource: ["me"], pathParameters: { id: "7" }, rawQueryString: "a=1", cookies: [] },
        queryStringParameters: { a: "1" },
      });
      await gateway.clock.advance(301_000);
      answer = { isAuthorized: false };
      expect((await get("/toys", "me")).status).to.equal(403);
    });

    it("does not ask when an identity source is missing", async () => {
      await guard(simple);
      expect((await get("/toys")).status).to.equal(401);
      expect(asked).to.deep.equal([]);
    });

    it("takes a policy, which a kept answer applies to every route", async () => {
      await guard({ identitySources: ["$request.header.authorization"] });
      const arn = `arn:aws:execute-api:eu-west-1:000000000000:${apiId}/$default/GET`;
      const Statement = [{ Effect: "Allow", Action: "execute-api:Invoke", Resource: `${arn}/pets/*` }];
      answer = {
        principalId: "me",
        policyDocument: { Version: "2012-10-17", Statement },
        context: { a: "b" },
      };
      const statuses = [await get("/pets/7", "me"), await get("/toys", "me")].map(({ status }) => status);
      expect({ statuses, asked: asked.length }).to.deep.equal({ statuses: [200, 403], asked: 1 });
      expect(event.requestContext.authorizer).to.deep.equal({ lambda: { a: "b" } });
    });

    it("gives the function format 1.0 when asked to", async () => {
      await guard({ authorizerPayloadFormatVersion: "1.0", identitySources: ["$request.querystring.who"] });
      answer = new FunctionError("Unauthorized");
      expect((await get("/pets/7?who=me")).status).to.equal(401);
      expect(asked[0]).to.include({
        version: "1.0",
        identitySource: "me",
        resource: "/pets/{id}",
        path: "/pets/7",
      });
    });

    it("answers 500 when the function fails or answers nonsense", async () => {
      await guard(simple);
      for (answer of [new FunctionError("boom"), {}, { isAuthorized: "yes" }])
        expect((await get("/toys", "me")).status).to.equal(500);
    });
  });
});
