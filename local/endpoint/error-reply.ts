/** Rendering an error the way each AWS protocol does, so that SDK clients throw the right exception. */
import type { AwsError } from "../core/errors.ts";
import type { AwsReply, ServiceDefinition } from "../core/service.ts";

export interface FailedCall {
  readonly requestId: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Render = (error: AwsError, call: FailedCall) => AwsReply;

const RENDERERS: Readonly<Record<ServiceDefinition["protocol"], Render>> = {
  json: renderJson,
  query: renderQuery,
  "rest-xml": renderRestXml,
  "rest-json": renderRestJson,
};

/**
 * The error in the protocol of the call: the service's own, or the one the client chose where a service speaks several.
 * @param protocol of the service; undefined when nobody implements it
 */
export function errorReply(
  protocol: ServiceDefinition["protocol"] | undefined,
  error: AwsError,
  call: FailedCall,
): AwsReply {
  if (call.headers["smithy-protocol"] === "rpc-v2-cbor") return renderCbor(error);
  return RENDERERS[chosenProtocol(call.headers) ?? protocol ?? "rest-json"](error, call);
}

function chosenProtocol(headers: FailedCall["headers"]): ServiceDefinition["protocol"] | undefined {
  if (headers["x-amz-target"] !== undefined) return "json";
  return headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ? "query" : undefined;
}

/** https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization */
function renderJson(error: AwsError, call: FailedCall): AwsReply {
  const asked = call.headers["content-type"] ?? "";
  return {
    status: error.status,
    headers: {
      "content-type": asked.startsWith("application/x-amz-json-") ? asked : "application/x-amz-json-1.1",
      "x-amzn-errortype": error.code,
      ...queryError(error, call),
    },
    body: JSON.stringify({ __type: error.code, message: error.message, ...error.members }),
  };
}

/** Clients of services that once spoke the query protocol ask for its error code beside the new one. */
function queryError(error: AwsError, call: FailedCall): Record<string, string> {
  if (call.headers["x-amzn-query-mode"] !== "true") return {};
  return { "x-amzn-query-error": `${error.code};${fault(error)}` };
}

/** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#operation-error-serialization */
function renderQuery(error: AwsError, call: FailedCall): AwsReply {
  const body =
    `<ErrorResponse><Error><Type>${fault(error)}</Type><Code>${escapeXml(error.code)}</Code>` +
    `<Message>${escapeXml(error.message)}</Message></Error><RequestId>${call.requestId}</RequestId></ErrorResponse>`;
  return { status: error.status, headers: { "content-type": "text/xml" }, body };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
function renderRestXml(error: AwsError, call: FailedCall): AwsReply {
  const body =
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(error.code)}</Code>` +
    `<Message>${escapeXml(error.message)}</Message><Resource>${escapeXml(call.path)}</Resource>` +
    `<RequestId>${call.requestId}</RequestId></Error>`;
  return {
    status: error.status,
    headers: { "content-type": "application/xml", "x-amz-request-id": call.requestId },
    body,
  };
}

/** https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization */
function renderRestJson(error: AwsError): AwsReply {
  return {
    status: error.status,
    headers: { "content-type": "application/json", "x-amzn-errortype": error.code },
    body: JSON.stringify({ message: error.message, ...error.members }),
  };
}

/** https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html#operation-error-serialization */
function renderCbor(error: AwsError): AwsReply {
  const body = Buffer.concat([
    Buffer.from([0xa2]),
    ...["__type", error.code, "message", error.message].map(cborText),
  ]);
  const headers = { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" };
  return { status: error.status, headers, body };
}

/** A CBOR text with a length of two bytes, which is allowed for short ones too. */
function cborText(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, 0xffff);
  return Buffer.concat([Buffer.from([0x79, bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function fault(error: AwsError): "Sender" | "Receiver" {
  return error.status >= 500 ? "Receiver" : "Sender";
}

const XML_ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => XML_ESCAPES[character] ?? character);
}
