/**
 * Errors that API Gateway itself answers with. How each is rendered is in gateway-responses.ts.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */

interface Kind {
  readonly status: number;
  /** Value of the header `x-amzn-errortype`. */
  readonly errorType: string;
}

/** Every type of gateway response, with the status it has unless overridden. */
export const GATEWAY_ERRORS = {
  ACCESS_DENIED: { status: 403, errorType: "AccessDeniedException" },
  API_CONFIGURATION_ERROR: { status: 500, errorType: "InternalServerErrorException" },
  AUTHORIZER_CONFIGURATION_ERROR: { status: 500, errorType: "AuthorizerConfigurationException" },
  AUTHORIZER_FAILURE: { status: 500, errorType: "AuthorizerFailureException" },
  BAD_REQUEST_BODY: { status: 400, errorType: "BadRequestException" },
  BAD_REQUEST_PARAMETERS: { status: 400, errorType: "BadRequestException" },
  DEFAULT_4XX: { status: 400, errorType: "BadRequestException" },
  DEFAULT_5XX: { status: 500, errorType: "InternalServerErrorException" },
  EXPIRED_TOKEN: { status: 403, errorType: "ExpiredTokenException" },
  INTEGRATION_FAILURE: { status: 504, errorType: "InternalServerErrorException" },
  INTEGRATION_TIMEOUT: { status: 504, errorType: "InternalServerErrorException" },
  INVALID_API_KEY: { status: 403, errorType: "ForbiddenException" },
  INVALID_SIGNATURE: { status: 403, errorType: "InvalidSignatureException" },
  MISSING_AUTHENTICATION_TOKEN: { status: 403, errorType: "MissingAuthenticationTokenException" },
  QUOTA_EXCEEDED: { status: 429, errorType: "LimitExceededException" },
  REQUEST_TOO_LARGE: { status: 413, errorType: "RequestTooLargeException" },
  RESOURCE_NOT_FOUND: { status: 404, errorType: "NotFoundException" },
  THROTTLED: { status: 429, errorType: "TooManyRequestsException" },
  UNAUTHORIZED: { status: 401, errorType: "UnauthorizedException" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, errorType: "BadRequestException" },
  WAF_FILTERED: { status: 403, errorType: "ForbiddenException" },
} as const satisfies Record<string, Kind>;

export type GatewayErrorType = keyof typeof GATEWAY_ERRORS;

export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly type: GatewayErrorType;
  readonly status: number;
  readonly errorType: string;
  /** What the client is told: `$context.error.message`. Authorizer errors have none. */
  readonly publicMessage: string | null;
  /** `$context.error.validationErrorString` */
  readonly validation: string | undefined;
  /** Why, for the log: `$context.integrationErrorMessage`. The client never sees it. */
  readonly reason: string | undefined;

  constructor(
    type: GatewayErrorType,
    message: string | null,
    details: { status?: number; validation?: string; reason?: string } = {},
  ) {
    super(message ?? type);
    this.type = type;
    this.status = details.status ?? GATEWAY_ERRORS[type].status;
    this.errorType = GATEWAY_ERRORS[type].errorType;
    this.publicMessage = message;
    this.validation = details.validation;
    this.reason = details.reason;
  }
}

/** The backend answered what API Gateway cannot use: 502. */
export function malformedAnswer(reason: string): GatewayError {
  return new GatewayError("DEFAULT_5XX", "Internal server error", { status: 502, reason });
}

/** The API is set up so that the backend cannot be called: 500. */
export function configurationError(reason: string): GatewayError {
  return new GatewayError("API_CONFIGURATION_ERROR", "Internal server error", { reason });
}

/** A body, a header or a function's event over its limit: 413. */
export function tooLarge(): GatewayError {
  return new GatewayError("REQUEST_TOO_LARGE", "Request Too Long");
}
