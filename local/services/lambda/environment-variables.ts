/**
 * What a function finds in `process.env`: its own variables and Lambda's, nothing of this machine but the PATH.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
import { accessKeyOf, SECRET_ACCESS_KEY, sessionTokenOf } from "../../core/identity.ts";
import type { World } from "../../core/service.ts";
import type { FunctionSettings } from "./function-settings.ts";

export function environmentVariables(
  settings: FunctionSettings,
  world: World,
  environment: { readonly id: string; readonly logStream: string },
): Record<string, string> {
  return {
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    ...settings.variables,
    AWS_REGION: world.region,
    AWS_DEFAULT_REGION: world.region,
    AWS_ENDPOINT_URL: world.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyOf(settings.arn),
    AWS_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN: sessionTokenOf(environment.id),
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: settings.name,
    AWS_LAMBDA_FUNCTION_VERSION: settings.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: environment.logStream,
    AWS_LAMBDA_LOG_FORMAT: settings.logFormat,
    ...(settings.logFormat === "JSON" ? { AWS_LAMBDA_LOG_LEVEL: settings.logLevel } : {}),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    _HANDLER: settings.handler,
  };
}
