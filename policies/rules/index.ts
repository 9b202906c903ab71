/** All rules, by family. */
import type { Rule } from "../rule.ts";
import { apiGateway } from "./api-gateway.ts";
import { dynamodb } from "./dynamodb.ts";
import { lambda } from "./lambda.ts";
import { network } from "./network.ts";
import { observability } from "./observability.ts";
import { protect } from "./protect.ts";
import { rds } from "./rds.ts";
import { s3 } from "./s3.ts";
import { secrets } from "./secrets.ts";

export const rules: readonly Rule[] = [
  apiGateway,
  dynamodb,
  lambda,
  network,
  observability,
  protect,
  rds,
  s3,
  secrets,
].flat();
