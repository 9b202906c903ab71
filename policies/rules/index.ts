/** All rules, by family. */
import type { Rule } from "../rule.ts";
import { apiGateway } from "./api-gateway.ts";
import { cognito } from "./cognito.ts";
import { coverage } from "./coverage.ts";
import { dynamodb } from "./dynamodb.ts";
import { eventSources } from "./event-sources.ts";
import { eventbridge } from "./eventbridge.ts";
import { iam } from "./iam.ts";
import { lambda } from "./lambda.ts";
import { network } from "./network.ts";
import { observability } from "./observability.ts";
import { protect } from "./protect.ts";
import { rds } from "./rds.ts";
import { s3 } from "./s3.ts";
import { secrets } from "./secrets.ts";
import { sns } from "./sns.ts";
import { sqs } from "./sqs.ts";
import { stepFunctions } from "./step-functions.ts";

const judging: readonly Rule[] = [
  apiGateway,
  cognito,
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

export const rules: readonly Rule[] = [...judging, coverage(judging)];
