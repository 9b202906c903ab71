/** The integration of a method, from an OpenAPI extension or from resources; refuses by name what is not supported. */
import { notSupported, UserError } from "../../core/errors.ts";
import { numberOf, objectOf, textMapOf, textOf } from "./json.ts";
import type { Integration, IntegrationResponse, IntegrationType, PassthroughBehavior } from "./model.ts";
import { DEFAULT_TIMEOUT } from "./model.ts";

const TYPES: readonly IntegrationType[] = ["AWS_PROXY", "AWS", "HTTP_PROXY", "HTTP", "MOCK"];
const BEHAVIORS: readonly PassthroughBehavior[] = ["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"];

/** The members that both ways of writing an integration have, under the names of the API. */
export interface RawIntegration {
  readonly type?: unknown;
  readonly uri?: unknown;
  readonly httpMethod?: unknown;
  readonly credentials?: unknown;
  readonly timeout?: unknown;
  readonly requestParameters?: unknown;
  readonly requestTemplates?: unknown;
  readonly passthroughBehavior?: unknown;
  readonly connectionType?: unknown;
  readonly contentHandling?: unknown;
  readonly responseTransferMode?: unknown;
}

/** @param where the method, for messages, such as `GET /tasks of API shop` */
export function readIntegration(
  raw: RawIntegration,
  responses: readonly IntegrationResponse[],
  where: string,
): Integration {
  refuseUnsupported(raw, where);
  const type = oneOf(TYPES, raw.type, `type of the integration of ${where}`);
  const uri = textOf(raw.uri) ?? "";
  const httpMethod = textOf(raw.httpMethod)?.toUpperCase();
  if (type !== "MOCK" && uri === "") throw new UserError(`The integration of ${where} has no uri.`);
  if (type === "AWS_PROXY" && httpMethod !== "POST")
    throw new UserError(
      `The integration of ${where} calls Lambda by ${httpMethod ?? "no method"}; AWS answers 500 unless it is POST.`,
    );
  return {
    type,
    uri,
    httpMethod,
    credentials: textOf(raw.credentials),
    timeoutMilliseconds: numberOf(raw.timeout) ?? DEFAULT_TIMEOUT,
    requestParameters: textMapOf(raw.requestParameters),
    requestTemplates: textMapOf(raw.requestTemplates),
    passthroughBehavior: oneOf(
      BEHAVIORS,
      raw.passthroughBehavior ?? "WHEN_NO_MATCH",
      `passthroughBehavior of the integration of ${where}`,
    ),
    responses,
  };
}

/** One entry of an integration's responses. */
export function readIntegrationResponse(
  selectionPattern: string | undefined,
  raw: unknown,
  where: string,
): IntegrationResponse {
  const { statusCode, responseParameters, responseTemplates, contentHandling } = objectOf(raw);
  const status = numberOf(statusCode);
  if (status === undefined) throw new UserError(`An integration response of ${where} has no statusCode.`);
  if (contentHandling) throw notSupported("apigateway", `contentHandling (${where})`);
  return {
    selectionPattern,
    statusCode: status,
    parameters: textMapOf(responseParameters),
    templates: textMapOf(responseTemplates),
  };
}

function refuseUnsupported(raw: RawIntegration, where: string): void {
  if (raw.connectionType && raw.connectionType !== "INTERNET")
    throw notSupported("apigateway", `connectionType ${String(raw.connectionType)} (${where})`);
  if (raw.responseTransferMode && raw.responseTransferMode !== "BUFFERED")
    throw notSupported("apigateway", `responseTransferMode ${String(raw.responseTransferMode)} (${where})`);
  if (raw.contentHandling) throw notSupported("apigateway", `contentHandling (${where})`);
}

function oneOf<T extends string>(values: readonly T[], given: unknown, what: string): T {
  const wanted = String(given).toUpperCase();
  const value = values.find((candidate) => candidate === wanted);
  if (value === undefined)
    throw new UserError(`The ${what} is ${String(given)}; it can be ${values.join(", ")}.`);
  return value;
}
