/**
 * The fleet's web application, all of it: `/health` for everybody, `/trucks` and `/drivers` for employees.
 *
 * - DATABASE_PATH: SELECT, INSERT, UPDATE, DELETE
 * - CURSOR_KEY_SECRET_ARN: GetSecretValue
 */
import { openDatabase } from "../shared/database.ts";
import { readEnv } from "../shared/env.ts";
import { openSecret } from "../shared/secrets.ts";
import { webHandler } from "../shared/web-application.ts";
import { fleetApplication } from "./application.ts";

const env = readEnv(["DATABASE_PATH", "CURSOR_KEY_SECRET_ARN", "AWS_LAMBDA_FUNCTION_VERSION"]);
const application = fleetApplication({
  database: openDatabase(env.DATABASE_PATH),
  cursorKey: openSecret(env.CURSOR_KEY_SECRET_ARN),
  version: env.AWS_LAMBDA_FUNCTION_VERSION,
});

export const handler = webHandler(application);
