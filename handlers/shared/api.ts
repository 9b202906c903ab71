import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import { logger } from "./logger.ts";
import { toResponse } from "./problem.ts";
import type { ApiRequest } from "./request.ts";
import { requestId, toRequest } from "./request.ts";
import type { ApiResponse } from "./response.ts";
import { allowedOrigins, toGatewayResult } from "./response.ts";

/**
 * Makes the handler of an API operation: log context, errors as problem details, the headers of every answer.
 * @param work answers the request, or throws
 * @param origins whose browser pages may read the answers. @default those of CORS_ALLOWED_ORIGINS
 */
export function api(
  work: (request: ApiRequest) => ApiResponse | Promise<ApiResponse>,
  origins: readonly string[] = allowedOrigins(),
) {
  return async (event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> => {
    const id = requestId(event);
    logger.addContext(context);
    logger.appendKeys({ correlationId: id });
    const response = await answer(event, work);
    logger.info("Answered", { route: `${event.httpMethod} ${event.resource}`, status: response.status });
    return toGatewayResult(response, id, event.headers?.origin ?? event.headers?.Origin, origins);
  };
}

async function answer(
  event: APIGatewayProxyEvent,
  work: (request: ApiRequest) => ApiResponse | Promise<ApiResponse>,
): Promise<ApiResponse> {
  try {
    return await work(toRequest(event));
  } catch (error) {
    return toResponse(error, requestId(event));
  }
}
