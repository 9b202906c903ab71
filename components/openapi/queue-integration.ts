/**
 * Routes whose requests API Gateway puts into a queue itself, with no function in front.
 * https://docs.aws.amazon.com/prescriptive-guidance/latest/patterns/integrate-amazon-api-gateway-with-amazon-sqs-to-handle-asynchronous-rest-apis.html
 */
import type { ApiContract, Route } from "./contract.ts";
import { needsApiKey, needsToken } from "./contract.ts";
import type { Problem } from "./gateway-responses.ts";
import { corsHeaders, problemTemplate } from "./gateway-responses.ts";

/** The queue behind a route. */
export interface QueueIntegration {
  /** `arn:aws:apigateway:<region>:sqs:path/<account>/<queue>` */
  readonly queueUri: string;
  /** The role that API Gateway sends with. */
  readonly roleArn: string;
}

/**
 * Id of a request, which the gateway answers with and the worker gets as a message attribute: its time in milliseconds,
 * so that nobody waits for ever for an id that was made up, and the one id of API Gateway's that clients cannot choose.
 */
const ID = "$context.requestTimeEpoch~$context.extendedRequestId";

const TIMEOUT_MILLISECONDS = 10_000;

/** What SQS refuses, and what it cannot take now. A wrong permission is the latter, as far as the caller can tell. */
const REFUSED: Problem = {
  status: 400,
  title: "Bad Request",
  detail: "The request is too large, or has characters that cannot be queued.",
};
const UNAVAILABLE: Problem = {
  status: 503,
  title: "Service Unavailable",
  detail: "The request could not be taken. Try again shortly.",
  headers: { "Retry-After": "1" },
};

/** What the integration answers, by the status of SQS. */
function answersOf(api: ApiContract) {
  return {
    200: {
      status: 202,
      headers: { ...headersOf(api, "application/json"), Location: undefined },
      template: acceptedTemplate(),
    },
    400: problemAnswer(api, REFUSED),
    default: problemAnswer(api, UNAVAILABLE),
  };
}

/**
 * The members of an OpenAPI operation that make it send: 202 with a `Location` below the route's own path, where the
 * outcome is to be read. The message's body is the request's body; its attributes are `Id`, `Route`, `CorrelationId`,
 * `Caller` (the id of the user or of the API key) and `IdempotencyKey`, when the route takes such a header and the request has it.
 */
export function queueOperation(
  api: ApiContract,
  route: Route,
  { queueUri, roleArn }: QueueIntegration,
): Readonly<Record<string, unknown>> {
  const answers = Object.entries(answersOf(api));
  return {
    // API Gateway maps only what a method declares.
    responses: Object.fromEntries(
      answers.map(([, { status, headers }]) => [
        status,
        {
          description: status === 202 ? "The request waits in a queue." : "The request was not taken.",
          headers: Object.fromEntries(
            Object.keys(headers).map((header) => [header, { schema: { type: "string" } }]),
          ),
        },
      ]),
    ),
    "x-amazon-apigateway-integration": {
      type: "aws",
      httpMethod: "POST",
      uri: queueUri,
      credentials: roleArn,
      timeoutInMillis: TIMEOUT_MILLISECONDS,
      requestParameters: { "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'" },
      requestTemplates: { "application/json": requestTemplate(api, route) },
      // Any other body is answered 415; passed through, it would be checked against no model.
      passthroughBehavior: "never",
      responses: Object.fromEntries(
        answers.map(([pattern, { status, headers, template }]) => [
          pattern,
          {
            statusCode: String(status),
            responseParameters: Object.fromEntries(
              Object.entries(headers).flatMap(([header, value]) =>
                value === undefined ? [] : [[`method.response.header.${header}`, value]],
              ),
            ),
            responseTemplates: { "application/json": template },
          },
        ]),
      ),
    },
  };
}

function problemAnswer(api: ApiContract, problem: Problem) {
  const own = Object.entries(problem.headers ?? {}).map(([header, value]) => [header, `'${value}'`]);
  return {
    status: problem.status,
    headers: { ...headersOf(api, "application/problem+json"), ...Object.fromEntries(own) },
    template: problemTemplate(problem),
  };
}

/** Expressions by header; one without is set by the template. */
function headersOf({ cors }: ApiContract, contentType: string): Record<string, string | undefined> {
  const constants = {
    "Content-Type": contentType,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...corsHeaders(cors, ["Location", "x-request-id", "Retry-After"]),
  };
  return {
    ...Object.fromEntries(Object.entries(constants).map(([header, value]) => [header, `'${value}'`])),
    "x-request-id": "context.requestId",
  };
}

/** The call of SQS, in the form encoding of its query protocol. */
function requestTemplate(api: ApiContract, route: Route): string {
  const takesKey = Object.keys(route.contract.headers ?? {}).includes("Idempotency-Key");
  const attributes = [
    attribute(1, "Id", `"${ID}"`),
    attribute(2, "Route", `"${route.key}"`),
    attribute(3, "CorrelationId", "$context.requestId"),
    ...callerAttributes(api, route),
  ];
  return [
    "Action=SendMessage&MessageBody=$util.urlEncode($input.body)",
    ...attributes,
    ...(takesKey ? [keyTemplate()] : []),
  ].join("");
}

function callerAttributes(api: ApiContract, route: Route): string[] {
  if (needsToken(api, route)) return [attribute(4, "Caller", "$context.authorizer.principalId")];
  return needsApiKey(api, route) ? [attribute(4, "Caller", "$context.identity.apiKeyId")] : [];
}

/** Names of headers are as the client writes them: HTTP/2 clients write them in lower case. */
function keyTemplate(): string {
  return [
    '#set($key = $input.params("Idempotency-Key"))',
    '#if($key == "")#set($key = $input.params("idempotency-key"))#end',
    `#if($key != "")${attribute(5, "IdempotencyKey", "$key")}#end`,
  ].join("");
}

function attribute(number: number, name: string, value: string): string {
  const place = `&MessageAttribute.${number}`;
  return `${place}.Name=${name}${place}.Value.DataType=String${place}.Value.StringValue=$util.urlEncode(${value})`;
}

function acceptedTemplate(): string {
  return [
    '#set($scheme = "https")#if($input.params("X-Forwarded-Proto") == "http")#set($scheme = "http")#end',
    `#set($context.responseOverride.header.Location = "$scheme://$context.domainName$context.path/${ID}")`,
    `{"id":"${ID}","status":"pending"}`,
  ].join("");
}
