import { Logger } from "@aws-lambda-powertools/logger";

/** Structured logs, one JSON object a line. Task texts, file names and credentials stay out of them. */
export const logger = new Logger();
