/** For each rule a change that violates it, and nothing else. */
import { apiGateway } from "./api-gateway.ts";
import { cognito } from "./cognito.ts";
import { coverage } from "./coverage.ts";
import { dynamodb } from "./dynamodb.ts";
import { eventSources } from "./event-sources.ts";
import { eventbridge } from "./eventbridge.ts";
import { iam } from "./iam.ts";
import { lambda } from "./lambda.ts";
import type { Mutation } from "./mutation.ts";
import { network } from "./network.ts";
import { observability } from "./observability.ts";
import { protect } from "./protect.ts";
import { rds } from "./rds.ts";
import { s3 } from "./s3.ts";
import { secrets } from "./secrets.ts";
import { sns } from "./sns.ts";
import { sqs } from "./sqs.ts";
import { stepFunctions } from "./step-functions.ts";

export const mutations: readonly Mutation[] = [
  apiGateway,
  cognito,
  coverage,
  dynamodb,
  eventSources,
  eventbridge,
  iam,
  lambda,
  network,
  observability,
  protect,
  rds,
  s3,
  secrets,
  sns,
  sqs,
  stepFunctions,
].flat();
