import type { APIGatewayProxyEvent } from "aws-lambda";
import { expect } from "chai";
import { AwsError } from "../../local/core/errors.ts";
import type { Properties } from "../../local/core/graph.ts";
import { documentOf, functionUri, GatewayFixture, proxyTo } from "./support/gateway-cloud.ts";
import { confusedToken, newSigner, tokenOf, unsignedToken } from "./support/tokens.ts";

const ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Shop";

describe("API Gateway: methods for users of a pool and for signed requests", () => {
  const signer = newSigner("key-1");
  let gateway: GatewayFixture;
  let base: string;
  let event: APIGatewayProxyEvent;

  beforeEach(async () => {
    gateway = await new GatewayFixture().start();
    gateway.keys.set(ISSUER, [signer.publicKey]);
    const functionArn = gateway.handle("f", (received) => {
      event = received;
      return {};
    });
    const api = await gateway.put("RestApi", "shop", {});
    const restApi = api.id;
    const authorizer = await gateway.put("Authorizer", "users", {
      ...{ restApi, type: "COGNITO_USER_POOLS" },
      providerArns: ["arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_Shop"],
    });
    const method = async (pathPart: string, inputs: Properties) => {
      const parentId = String(api.outputs.rootResourceId);
      const { id: resourceId } = await gateway.put("Resource", pathPart, { restApi, parentId, pathPart });
      const common = { restApi, resourceId, httpMethod: "GET" };
      await gateway.put("Method", pathPart, { ...common, ...inputs });
      const integration = { type: "AWS_PROXY", uri: functionUri(functionArn), integrationHttpMethod: "POST" };
      await gateway.put("Integration", pathPart, { ...common, ...integration });
    };
    const forUsers = { authorization: "COGNITO_USER_POOLS", authorizerId: authorizer.id };
    await method("mine", forUsers);
    await method("scoped", { ...forUsers, authorizationScopes: ["shop/read", "shop/all"] });
    await method("signed", { authorization: "AWS_IAM" });
    const deployment = await gateway.put("Deployment", "shop", { restApi });
    await gateway.put("Stage", "shop", { restApi, deployment: deployment.id, stageName: "dev" });
    base = `/_aws/execute-api/${restApi}/dev`;
  });

  afterEach(() => gateway.stop());

  const get = (path: string, authorization?: string) =>
    gateway.send("GET", base + path, { headers: authorization === undefined ? {} : { authorization } });
  const now = () => gateway.clock.now() / 1000;
  const claims = (more: object = {}) => ({
    ...{ iss: ISSUER, sub: "ana", aud: "app", token_use: "id", email_verified: true },
    ...{ "cognito:groups": ["admins", "staff"], iat: now(), exp: now() + 60, ...more },
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
  it("let an id token pass and tell the function its claims as texts", async () => {
    expect((await get("/mine", `Bearer ${tokenOf(signer, claims())}`)).status).to.equal(200);
    expect(event.requestContext.authorizer).to.deep.equal({
      claims: {
        ...{ iss: ISSUER, sub: "ana", aud: "app", token_use: "id", email_verified: "true" },
        "cognito:groups": "admins,staff",
        iat: "Thu Jan 15 12:00:00 UTC 2026",
        exp: "Thu Jan 15 12:01:00 UTC 2026",
      },
    });
  });

  it("take an access token with one of a method's scopes, and no other token there", async () => {
    const access = (scope: string) => tokenOf(signer, claims({ token_use: "access", scope }));
    const tokens = [access("openid shop/read"), access("shop/write"), tokenOf(signer, claims())];
    const statuses = [];
    for (const token of tokens) statuses.push((await get("/scoped", token)).status);
    expect(statuses).to.deep.equal([200, 401, 401]);
    expect((await get("/mine", access("shop/read"))).status).to.equal(401);
  });

  const refusals: readonly [what: string, token: () => string | undefined, message: string][] = [
    ["no token", () => undefined, "Unauthorized"],
    ["an expired one", () => tokenOf(signer, claims({ exp: now() })), "The incoming token has expired"],
    ["another pool's", () => tokenOf(signer, claims({ iss: `${ISSUER}2` })), "Unauthorized"],
    ["one signed by a stranger", () => tokenOf(newSigner("key-1"), claims()), "Unauthorized"],
    ["one of alg none", () => unsignedToken(signer, claims()), "Unauthorized"],
    ["one of HS256", () => confusedToken(signer, claims()), "Unauthorized"],
  ];
  for (const [what, token, message] of refusals) {
    it(`refuse ${what}`, async () => {
      const { status, json } = await get("/mine", token());
      expect({ status, json }).to.deep.equal({ status: 401, json: { message } });
    });
  }

  it("are named by an API document too", async () => {
    const scheme = (more: object) => ({ type: "apiKey", in: "header", name: "Authorization", ...more });
    const providerARNs = ["arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_Shop"];
    const proxy = proxyTo(gateway.handle("g", () => ({})));
    const securitySchemes = {
      users: scheme({ "x-amazon-apigateway-authorizer": { type: "cognito_user_pools", providerARNs } }),
      signed: scheme({ "x-amazon-apigateway-authtype": "awsSigv4" }),
    };
    const paths = {
      "/mine": { get: { ...proxy, security: [{ users: [] }] } },
      "/scoped": { get: { ...proxy, security: [{ users: ["shop/read"] }] } },
      "/signed": { get: { ...proxy, security: [{ signed: [] }] } },
    };
    base = await gateway.deploy(documentOf(paths, { components: { securitySchemes } }));
    const token = tokenOf(signer, claims());
    const statuses = [];
    for (const path of ["/mine", "/scoped", "/signed"]) statuses.push((await get(path, token)).status);
    expect(statuses).to.deep.equal([200, 401, 403]);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
  it("ask the policies of whoever signed", async () => {
    const signature =
      "AWS4-HMAC-SHA256 Credential=AKIA1/20260115/eu-west-1/execute-api/aws4_request, Signature=0";
    expect((await get("/signed", signature)).status).to.equal(200);
    expect(event.requestContext.identity).to.include({
      ...{ accessKey: "AKIA1", accountId: "000000000000", userArn: "arn:aws:iam::000000000000:user/local" },
    });
    const asked = gateway.asked.find(({ permission }) => permission.action === "execute-api:Invoke");
    expect(asked?.permission.resource).to.match(/:execute-api:eu-west-1:000000000000:\w+\/dev\/GET\/signed$/);
    gateway.deny = (_, { action }) => {
      if (action === "execute-api:Invoke")
        throw new AwsError("AccessDeniedException", "User is not authorized");
    };
    expect(await get("/signed", signature)).to.deep.include({
      status: 403,
      text: '{"Message":"User is not authorized"}',
    });
    expect((await get("/signed")).json).to.deep.equal({ message: "Missing Authentication Token" });
  });
});
