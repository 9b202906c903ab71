/** The smallest API: one route with an API key and a validated body, whose function says hello. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const CODE = `export const handler = async () => ({ statusCode: 200, body: '{"message":"hello"}' });`;

const assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" });
const role = new aws.iam.Role("hello", { assumeRolePolicy });
const hello = new aws.lambda.Function("hello", {
  code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset(CODE) }),
  runtime: "nodejs24.x",
  handler: "index.handler",
  role: role.arn,
});

const schema = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string", maxLength: 50 } },
  additionalProperties: false,
};
const api = new aws.apigateway.RestApi("hello", {
  body: pulumi.jsonStringify({
    openapi: "3.0.1",
    info: { title: "hello", version: "1" },
    "x-amazon-apigateway-request-validators": { body: { validateRequestBody: true } },
    "x-amazon-apigateway-request-validator": "body",
    components: { securitySchemes: { key: { type: "apiKey", name: "x-api-key", in: "header" } } },
    paths: {
      "/hello": {
        post: {
          security: [{ key: [] }],
          requestBody: { content: { "application/json": { schema } } },
          responses: {},
          "x-amazon-apigateway-integration": {
            type: "aws_proxy",
            httpMethod: "POST",
            uri: hello.invokeArn,
          },
        },
      },
    },
  }),
});
new aws.lambda.Permission("hello", {
  action: "lambda:InvokeFunction",
  function: hello,
  principal: "apigateway.amazonaws.com",
  sourceArn: pulumi.interpolate`${api.executionArn}/*`,
});
const deployment = new aws.apigateway.Deployment("hello", { restApi: api });
const stage = new aws.apigateway.Stage("hello", { restApi: api, deployment, stageName: "v1" });
const plan = new aws.apigateway.UsagePlan("hello", {
  apiStages: [{ apiId: api.id, stage: stage.stageName }],
});
const key = new aws.apigateway.ApiKey("hello", {});
new aws.apigateway.UsagePlanKey("hello", { keyId: key.id, keyType: "API_KEY", usagePlanId: plan.id });

export const url = pulumi.interpolate`${stage.invokeUrl}/hello`;
export const apiKey = key.value;
