/** The AWS services that the local cloud has. A new service is a folder and a line here. */
import type { ServiceDefinition } from "../core/service.ts";
import { apigateway } from "./apigateway/index.ts";
import { budgets } from "./budgets/index.ts";
import { cloudwatch } from "./cloudwatch/index.ts";
import { cognito } from "./cognito/index.ts";
import { dynamodb } from "./dynamodb/index.ts";
import { ec2 } from "./ec2/index.ts";
import { events } from "./events/index.ts";
import { iam } from "./iam/index.ts";
import { lambda } from "./lambda/index.ts";
import { logs } from "./logs/index.ts";
import { mailbox } from "./mailbox/index.ts";
import { random } from "./random/index.ts";
import { rds } from "./rds/index.ts";
import { s3 } from "./s3/index.ts";
import { scheduler } from "./scheduler/index.ts";
import { secretsmanager } from "./secretsmanager/index.ts";
import { ses } from "./ses/index.ts";
import { sns } from "./sns/index.ts";
import { sqs } from "./sqs/index.ts";
import { ssm } from "./ssm/index.ts";
import { states } from "./states/index.ts";
import { sts } from "./sts/index.ts";

export const definitions: readonly ServiceDefinition[] = [
  apigateway,
  budgets,
  cloudwatch,
  cognito,
  dynamodb,
  ec2,
  events,
  iam,
  lambda,
  logs,
  mailbox,
  random,
  rds,
  s3,
  scheduler,
  secretsmanager,
  ses,
  sns,
  sqs,
  ssm,
  states,
  sts,
];
