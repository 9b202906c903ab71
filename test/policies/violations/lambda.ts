import { FUNCTION } from "../../../policies/rules/types.ts";
import type { Mutation } from "./mutation.ts";

const ASYNC = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";

export const lambda: readonly Mutation[] = [
  { rule: "lambda-runtime", type: FUNCTION, set: { runtime: "nodejs20.x" } },
  { rule: "lambda-limits", type: FUNCTION, set: { memorySize: undefined } },
  { rule: "lambda-tracing", type: FUNCTION, set: { "tracingConfig.mode": "PassThrough" } },
  { rule: "lambda-no-secrets", type: FUNCTION, set: { "environment.variables": { DB_PASSWORD: "hunter2" } } },
  { rule: "lambda-log-group", type: FUNCTION, set: { "loggingConfig.logFormat": "Text" } },
  { rule: "lambda-own-role", type: FUNCTION, name: "tasks-get", borrow: "role" },
  {
    rule: "lambda-permission",
    type: "aws:lambda/permission:Permission",
    name: "tasks-create",
    set: { sourceArn: undefined },
  },
  {
    rule: "lambda-function-url",
    type: "aws:lambda/functionUrl:FunctionUrl",
    add: { authorizationType: "NONE" },
  },
  {
    rule: "lambda-async-failures",
    type: ASYNC,
    name: "attachment-stored",
    set: { functionName: "another" },
    borrow: "functionName",
  },
  {
    rule: "lambda-async-limits",
    type: ASYNC,
    name: "track-prices",
    set: { maximumRetryAttempts: undefined },
  },
  { rule: "lambda-alias", type: "aws:lambda/alias:Alias", set: { functionVersion: "$LATEST" } },
  {
    rule: "lambda-recursion",
    type: "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
    add: { recursiveLoop: "Allow" },
  },
  {
    rule: "lambda-invocation-triggers",
    type: "aws:lambda/invocation:Invocation",
    set: { triggers: undefined },
  },
];
