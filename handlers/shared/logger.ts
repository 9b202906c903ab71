import { Logger } from "@aws-lambda-powertools/logger";

/** Who logs and counts: the system when the deployment names it, else the function. */
export const serviceName = process.env.POWERTOOLS_SERVICE_NAME ?? process.env.AWS_LAMBDA_FUNCTION_NAME;

/** Structured logs, one JSON object a line. Task texts, file names and credentials stay out of them. */
export const logger = new Logger({ serviceName });
