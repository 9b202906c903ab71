/** Type tokens that several files name. */
export const ALIAS = "aws:lambda/alias:Alias";
export const API = "aws:apigateway/restApi:RestApi";
export const FUNCTION = "aws:lambda/function:Function";
export const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
export const PERMISSION = "aws:lambda/permission:Permission";
export const ROLE = "aws:iam/role:Role";
